"""Centred and projected vectors, which the ranker compares.

Two texts about the same subject still differ in style, length and kind. Differences along such directions should count
little. Within-class covariance normalization (Hatch, Kajarekar & Stolcke, “Within-class covariance normalization for
SVM-based speaker recognition”, Interspeech 2006) estimates these directions from related pairs and scales them down.
`scripts/projection.py` fitted the projection for e5 on keywords and abstracts of Chinese papers.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.encoder import Vector, Vectors

Projection: TypeAlias = NDArray[np.float32]
"""A matrix L (d, d): centred vectors a and b (d,) are compared by the cosine of a @ L and b @ L."""

_SHRINKAGE = 3.0
"""Shrinkage of the covariance towards its mean variance: few pairs estimate hundreds of directions badly."""


def fit_projection(queries: Vectors, answers: Vectors) -> Projection:
    """Fit a projection to related pairs: row i of `queries` (n, d) belongs to row i of `answers` (n, d)."""
    differences = _unit(queries - queries.mean(axis=0)) - _unit(answers - answers.mean(axis=0))
    covariance = np.cov(differences, rowvar=False, bias=True, dtype=np.float64)
    variances, directions = np.linalg.eigh(covariance)
    precisions = 1.0 / (variances / variances.mean() + _SHRINKAGE)
    projection: Projection = np.linalg.cholesky((directions * precisions) @ directions.T).astype(np.float32)
    return projection


@cache
def projection_of(encoder: str, dimension: int) -> Projection:
    """The projection (d, d) of an encoder; the identity for encoders without a fitted projection."""
    path = files("matchmaker.matching.encoding").joinpath("projections").joinpath(f"{encoder}.npz")
    if not path.is_file():
        return np.eye(dimension, dtype=np.float32)
    with path.open("rb") as file, np.load(file) as stored:
        projection: Projection = stored["factor"].astype(np.float32)
        return projection


def project(vectors: Vectors, mean: Vector, projection: Projection) -> Vectors:
    """The vectors (n, d), centred, projected and scaled to unit length. Zero vectors stay zero."""
    legible = np.any(vectors != 0, axis=1)
    projected = _unit((vectors - mean) @ projection)
    projected[~legible] = 0
    return projected


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0).astype(np.float32)
    return unit
