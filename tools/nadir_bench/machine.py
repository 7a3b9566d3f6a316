"""What a reader of the numbers must know of the machine; not its name."""

import os
import platform
import re
from pathlib import Path

import launch

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
UNITS = {"K": 2**10, "M": 2**20, "": 1}


def cpu_name():
    try:
        info = Path("/proc/cpuinfo").read_text()
    except OSError:
        info = ""
    name = re.search(r"^model name\s*: (.+)$", info, re.M)
    return name[1] if name else platform.machine()


def caches():
    """Size in bytes and number of cores that share it, of each data cache of the first core."""
    found = []
    for folder in sorted(CACHES.glob("index*")):
        try:
            read = {name: (folder / name).read_text().strip()
                    for name in ("level", "type", "size", "shared_cpu_list")}  # fmt: skip
        except OSError:
            continue
        size = re.fullmatch(r"(\d+)([KM]?)", read["size"])
        if read["type"] != "Instruction" and size:
            found.append({
                "level": int(read["level"]),
                "bytes": int(size[1]) * UNITS[size[2]],
                "cores": read["shared_cpu_list"],
            })  # fmt: skip
    return found


def last_level_cache():
    """Bytes; 32 MiB where the system does not say."""
    return max((cache["bytes"] for cache in caches()), default=32 * 2**20)


def describe():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu_name(),
        "architecture": platform.machine(),
        "cores": launch.cores(),
        "caches": caches(),
        "memory_bytes": pages,
        "system": f"{platform.system()} {platform.release()}",
    }
