"""Preprocessing, fitted on the training rows and applied to all: raw, min-max, z-score, decorrelated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, StandardScaler

Floats = NDArray[np.float64]


def preprocess(train: Floats, test: Floats, method: str, *, shared_scale: bool = False) -> tuple[Floats, Floats]:
    """Scale features with statistics of the training rows alone.

    minmax: (x - min) / (max - min);  zscore: (x - mean) / std with the biased std;
    whitened: rotated onto the principal axes, each divided by its unbiased std. A constant feature is only shifted;
    principal axes without spread are dropped.

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
        return _whiten(train, test)
    scaler = MinMaxScaler() if method == "minmax" else StandardScaler()
    scaler.fit(train.reshape(-1, 1) if shared_scale else train)
    if not shared_scale:
        return scaler.transform(train), scaler.transform(test)
    return (
        scaler.transform(train.reshape(-1, 1)).reshape(train.shape),
        scaler.transform(test.reshape(-1, 1)).reshape(test.shape),
    )


def _whiten(train: Floats, test: Floats) -> tuple[Floats, Floats]:
    if not np.ptp(train, axis=0).any():
        return train - train[0], test - train[0]
    spread = PCA(svd_solver="full").fit(train).explained_variance_
    kept = max(1, int(np.sum(spread > 1e-24 * spread[0])))  # rounding leaves about 1e-32
    pca = PCA(n_components=kept, whiten=True, svd_solver="full").fit(train)
    return pca.transform(train), pca.transform(test)
