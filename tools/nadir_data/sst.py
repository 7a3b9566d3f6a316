"""Monthly sea-surface temperature of the COADS climatology, from classic netCDF to HDF5.

The mask says which points are ocean, observed in all twelve months. An input of nadir has a value
everywhere, so every other point (land, and ice-bound sea) holds that of the nearest ocean point.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.io import netcdf_file

import hdf5

SOURCE = "/usr/share/ferret-vis/data/coads_climatology.cdf"
MONTHS = 12


def read(path):
    """Temperature [month, lat, lon] with NaN where missing, and the two coordinates in degrees."""
    with netcdf_file(path, mmap=False) as source:
        temperature = np.array(source.variables["SST"][:], dtype="f4")
        latitude = np.array(source.variables["COADSY"][:], dtype="f8")
        longitude = np.array(source.variables["COADSX"][:], dtype="f8")
    temperature[temperature < -1e30] = np.nan  # missing_value is -1e34
    return temperature, latitude, longitude


def unit_vectors(latitude, longitude):
    """Points of the grid on the unit sphere, [lat * lon, 3]: no date line, no poles."""
    phi, lam = np.meshgrid(np.deg2rad(latitude), np.deg2rad(longitude), indexing="ij")
    vectors = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
    return vectors.reshape(-1, 3)


def nearest(vectors, wanted, known):
    """For each index in `wanted` the index in `known` nearest on the sphere; ties to the first."""
    closest = np.empty(len(wanted), dtype=int)
    for start in range(0, len(wanted), 512):
        block = wanted[start : start + 512]
        cosine = np.round(vectors[block] @ vectors[known].T, 12)
        closest[start : start + 512] = known[np.argmax(cosine, axis=1)]
    return closest


def filled(temperature, mask, vectors):
    """Every value outside the mask replaced by that of the nearest point inside, month by month."""
    result = temperature.reshape(MONTHS, -1).copy()
    outside = np.flatnonzero(~mask)
    result[:, outside] = result[:, nearest(vectors, outside, np.flatnonzero(mask))]
    return result.reshape(temperature.shape)


def write(path, temperature, mask, latitude, longitude):
    with hdf5.create(path) as out:
        hdf5.text(
            out,
            title="Monthly climatology of sea-surface temperature, COADS, 2 degrees",
            source="coads_climatology.cdf (variable SST) of the Debian package ferret-datasets: "
            "Comprehensive Ocean-Atmosphere Data Set, distributed with Ferret by NOAA/PMEL",
            license="Public domain (work of the United States government, NOAA)",
            comment="Made by tools/prepare-sst. Where mask is 0 (land, and sea not observed in all "
            "months), sst holds the value of the nearest point where mask is 1.",
        )
        hdf5.axis(out, "month", np.arange(1, MONTHS + 1, dtype="i4"), "1", "month of the year")
        hdf5.axis(out, "lat", latitude, "degrees_north", "latitude")
        hdf5.axis(out, "lon", longitude, "degrees_east", "longitude")
        axes = ("month", "lat", "lon")
        hdf5.field(out, "sst", temperature, axes, "degC", "sea-surface temperature", "f4")
        label = "1: ocean in all months; 0: not"
        hdf5.field(out, "mask", mask, axes[1:], "1", label, "u1")


def main():
    parser = argparse.ArgumentParser(prog="tools/prepare-sst", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", default=hdf5.DATA / "sst.h5", help="default: inputs/data/sst.h5"
    )
    parser.add_argument("--source", default=SOURCE, help=f"default: {SOURCE}")
    options = parser.parse_args()
    if not Path(options.source).is_file():
        sys.exit(f"{options.source}: no such file (on Debian: apt install ferret-datasets)")
    temperature, latitude, longitude = read(options.source)
    mask = np.isfinite(temperature).all(axis=0)
    vectors = unit_vectors(latitude, longitude)
    write(options.output, filled(temperature, mask, vectors), mask, latitude, longitude)
    share = 100 * mask.mean()
    print(
        f"{options.output}: {temperature.shape}, ocean in all months {mask.sum()} ({share:.0f} %)"
    )


if __name__ == "__main__":
    main()
