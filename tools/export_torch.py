"""Weights of a PyTorch model in a file that `nadir interpret` reads, .safetensors or .npz.

From a program:   import export_torch;  export_torch.export(model.state_dict(), "weights.safetensors")
"""

import argparse
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch

TYPES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


class ExportError(Exception):
    """What is wrong, in one line."""


def floating(state):
    """The tensors of a state dict that hold weights, by name; counters and the like are left out."""
    if hasattr(state, "state_dict"):
        state = state.state_dict()
    found = {name: value for name, value in state.items() if torch.is_tensor(value)}
    kept = {name: value.detach().cpu().contiguous() for name, value in found.items() if value.dtype in TYPES}
    if not kept:
        raise ExportError("has no tensors of floating-point numbers")
    return kept


def export(state, path):
    """Write a state dict (or a module's) to `path`, by its ending; returns the names written.

    Types are kept in a .safetensors file; NumPy has no bfloat16, which becomes float32 in a .npz.
    """
    tensors = floating(state)
    writers = {".safetensors": write_safetensors, ".npz": write_npz}
    writer = writers.get(Path(path).suffix)
    if writer is None:
        raise ExportError(f"{path}: the name must end in .safetensors or .npz")
    writer(tensors, path)
    return list(tensors)


def raw_bytes(tensor):
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    array = tensor.numpy()
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def write_safetensors(tensors, path):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        data = raw_bytes(tensor)
        header[name] = dict(dtype=TYPES[tensor.dtype], shape=list(tensor.shape), data_offsets=[offset, offset + len(data)])
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(parts)


def write_npz(tensors, path):
    as_numpy = lambda t: (t.float() if t.dtype == torch.bfloat16 else t).numpy()  # noqa: E731
    np.savez(path, **{name: as_numpy(tensor) for name, tensor in tensors.items()})


def is_torchscript(path):
    """Whether it is a model that torch.jit.save wrote: a zip archive with the constants of its code."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def load(path):
    """The state dict in a .pt file: itself, the usual entry of a checkpoint, or that of a TorchScript model."""
    try:
        with open(path, "rb"):
            pass  # what goes wrong from here on is the file's content
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}") from error
    try:
        if is_torchscript(path):
            return torch.jit.load(path, map_location="cpu").state_dict()
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ExportError(
            f"{path}: not a state dict; write one with torch.save(model.state_dict(), ...) "
            f"({str(error).splitlines()[0]})"
        ) from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            return content[key]
    if not isinstance(content, dict):
        raise ExportError(f"{path}: holds no state dict but a {type(content).__name__}")
    return content


def refuse(message):
    print(f"tools/export-torch: {message}", file=sys.stderr)
    sys.exit(2)


def main(words=None):
    parser = argparse.ArgumentParser(prog="tools/export-torch", description=__doc__.splitlines()[0])
    parser.add_argument("model", metavar="MODEL.pt", help="a state dict written by torch.save, or a TorchScript model")
    parser.add_argument("output", metavar="OUT", nargs="?", help="a .safetensors or .npz file")
    parser.add_argument("--list", action="store_true", help="only say what is there")
    options = parser.parse_args(words)
    if not options.list and options.output is None:
        parser.error("OUT is missing")
    try:
        tensors = floating(load(options.model))
        if not options.list:
            export(tensors, options.output)
    except ExportError as error:
        refuse(error)
    except OSError as error:
        refuse(f"{options.output}: {error.strerror}")
    for name, tensor in tensors.items():
        print(f"{name:40} {list(tensor.shape)}  {TYPES[tensor.dtype]}")


if __name__ == "__main__":
    main()
