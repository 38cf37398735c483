"""Preprocessing, fitted on the training rows and applied to all: raw, min-max, z-score, decorrelated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, StandardScaler

Floats = NDArray[np.float64]


def preprocess(train: Floats, test: Floats, method: str, *, shared_scale: bool = False) -> tuple[Floats, Floats]:
    """Scale features with statistics of the training rows alone.

    minmax: (x - min) / (max - min);  zscore: (x - mean) / std with the biased std;
    whitened: standardized, rotated onto the principal axes, each divided by its unbiased std. A constant feature is
    only shifted; principal axes without spread are dropped.

    Args:
        train, test: rows x features.
        method: raw, minmax, zscore or whitened.
        shared_scale: take one minimum, maximum, mean and std over all features, as for the pixels of an image.

    Returns:
        Both parts, scaled.
    """
    if method == "raw":
        return train, test
    if method == "whitened":
        moves = fit_moves(train, standardize=not shared_scale)
        return moves.apply(train), moves.apply(test)
    scaler = MinMaxScaler() if method == "minmax" else StandardScaler()
    scaler.fit(train.reshape(-1, 1) if shared_scale else train)
    if not shared_scale:
        return scaler.transform(train), scaler.transform(test)
    return (
        scaler.transform(train.reshape(-1, 1)).reshape(train.shape),
        scaler.transform(test.reshape(-1, 1)).reshape(test.shape),
    )


@dataclass(frozen=True, eq=False)
class Moves:
    """How rows are decorrelated: standardized, then rotated, then scaled.

    Attributes:
        mean, std: (D,) of the training rows; a constant feature has std 1.
        axes: (K, D) the principal axes of the standardized rows, the widest first, each of length 1.
        spread: (K,) unbiased standard deviation along each axis.
    """

    mean: Floats
    std: Floats
    axes: Floats
    spread: Floats

    def standardized(self, x: Floats) -> Floats:
        """First: every feature gets mean 0 and standard deviation 1."""
        return np.asarray((x - self.mean) / self.std)

    def rotated(self, x: Floats) -> Floats:
        """Second: the principal axes become the new features."""
        return np.asarray(self.standardized(x) @ self.axes.T)

    def apply(self, x: Floats) -> Floats:
        """Third: every new feature is divided by its spread."""
        return np.asarray(self.rotated(x) / self.spread)


def fit_moves(train: Floats, *, standardize: bool = True) -> Moves:
    """The moves that decorrelate these rows.

    Of two standardized features the axes are always (1, ±1) / sqrt(2): their sum and their difference. With two axes
    the second one is a quarter turn ahead of the first, so that the move is a rotation and no reflection.

    Args:
        train: rows x features.
        standardize: whether the features are standardized first; if not, they are only centred.
    """
    scaler = StandardScaler(with_std=standardize).fit(train)
    std = np.ones(train.shape[1]) if scaler.scale_ is None else scaler.scale_
    mean, standardized = np.asarray(scaler.mean_), scaler.transform(train)
    if not np.ptp(train, axis=0).any():
        count = train.shape[1]
        return Moves(train[0], np.ones(count), np.eye(count), np.ones(count))
    pca = PCA(svd_solver="full").fit(standardized)
    kept = max(1, int(np.sum(pca.explained_variance_ > 1e-24 * pca.explained_variance_[0])))  # rounding: about 1e-32
    axes = np.array(pca.components_[:kept])
    if axes.shape == (2, 2):
        axes[0] *= np.copysign(1.0, axes[0, 0])
        axes[1] *= np.copysign(1.0, np.linalg.det(axes))
    return Moves(mean, std, axes, np.sqrt(pca.explained_variance_[:kept]))
