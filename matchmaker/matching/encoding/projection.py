"""Vectors as the ranker compares them: without what a side has in common, and weighed by what tells related texts.

Two texts about the same thing still differ: in style, length, kind. Along those directions a difference says little,
so it should count little. Within-class covariance normalization (Hatch, Kajarekar & Stolcke, “Within-class covariance
normalization for SVM-based speaker recognition”, Interspeech 2006) estimates them from related pairs and divides them
out. The projection of e5's space was fitted by `scripts/projection.py` on keywords and abstracts of Chinese papers.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.encoder import Vector, Vectors

Projection: TypeAlias = NDArray[np.float32]
"""A factor L (d, d): centred vectors a and b are compared by the cosine of a @ L and b @ L."""

_SHRINKAGE = 3.0
"""How strongly the covariance is drawn towards its mean variance: few pairs estimate hundreds of directions badly."""


def fit_projection(queries: Vectors, answers: Vectors) -> Projection:
    """The projection from related pairs: row i of `queries` (n, d) and row i of `answers` (n, d) belong together."""
    differences = _unit(queries - queries.mean(axis=0)) - _unit(answers - answers.mean(axis=0))
    covariance = np.cov(differences, rowvar=False, bias=True, dtype=np.float64)
    variances, directions = np.linalg.eigh(covariance)
    precisions = 1.0 / (variances / variances.mean() + _SHRINKAGE)
    projection: Projection = np.linalg.cholesky((directions * precisions) @ directions.T).astype(np.float32)
    return projection


@cache
def projection_of(encoder: str, dimension: int) -> Projection:
    """The projection of an encoder's space; the identity where none was fitted."""
    path = files("matchmaker.matching.encoding").joinpath("projections").joinpath(f"{encoder}.npz")
    if not path.is_file():
        return np.eye(dimension, dtype=np.float32)
    with path.open("rb") as file, np.load(file) as stored:
        projection: Projection = stored["factor"].astype(np.float32)
        return projection


def project(vectors: Vectors, mean: Vector, projection: Projection) -> Vectors:
    """The vectors (n, d) centred, projected, of unit length. A zero vector, of a text without letters, stays zero."""
    legible = np.any(vectors != 0, axis=1)
    seen = _unit((vectors - mean) @ projection)
    seen[~legible] = 0
    return seen


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0).astype(np.float32)
    return unit
