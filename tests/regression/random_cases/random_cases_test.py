"""Random cases against dense matrices: states, loss and gradients on 1, 2 and 3 ranks.

NADIR_TEST_FULL=1 runs 60 cases instead of 18; every third one is of another family than adr.
"""

from dataclasses import dataclass

import h5py
import numpy as np
import pytest

from dense import ACTIVATIONS, RADIAL_NAMES, Axis, Network, Parameter, Penalty, Target, higher_indices
from program import FULL, expect, succeed

CASES = 60 if FULL else 18
TOLERANCE = 1e-11  # of a number, relative to the largest of its kind
LAYERS = ["bias", "relaxation"]
ADR = ["reaction", "advection", "diffusion"]
TENSORS = ["isotropic", "diagonal", "full"]
LARGEST_AXIS = {1: 16, 2: 7, 3: 5}


@dataclass
class Observed:
    """A target as the files have it: y in the units of the files, NaN where missing."""

    raw: np.ndarray
    layer: int
    weight: float
    masked: bool
    withhold: str  # "" | "fraction" | "file"


class RandomCase:
    """Choices that must all occur go round with the number, the others are drawn."""

    def __init__(self, number):
        self.number = number
        self.random = random = np.random.default_rng(1000 + number)
        self.d = number % 3 + 1
        self.tensor = TENSORS[(number + number // 3) % 3]
        self.activation = list(ACTIVATIONS)[number % len(ACTIVATIONS)]
        self.layers = int(random.integers(2, 6))
        self.samples = int(random.integers(1, 4))
        self.mean = number % 2 == 1
        kinds = ["periodic", "reflect", float(random.normal())]
        self.axes = [
            Axis(int(random.integers(4, LARGEST_AXIS[self.d])), float(random.uniform(0.5, 2)), kinds[(number + a) % 3])
            for a in range(self.d)
        ]  # fmt: skip
        self.family, ghosts = self.kernel()
        for axis in self.axes:
            axis.ghosts = ghosts
            axis.points = max(axis.points, 3 * ghosts)  # room for three ranks along any axis
        self.shape = [axis.points for axis in self.axes]
        names = {"adr": ADR, "moment": [*ADR, "higher"], "stencil": ["weights"], "dense": ["weights"], "sum": [*ADR, *RADIAL_NAMES["gaussian"]]}
        self.kernel_names = (names | RADIAL_NAMES)[self.family[0]]
        self.names = self.kernel_names + LAYERS
        self.parameters = {name: self.parameter(name, k) for k, name in enumerate(self.names)}
        self.scale, self.offset = float(random.uniform(0.5, 3)), float(random.normal())
        self.inputs = random.normal(size=(self.samples, int(np.prod(self.shape))))
        self.targets = [self.target(k) for k in range(1 + number % 3)]

    def kernel(self):
        """The family and the points its neighbours are away."""
        turn = self.number // 3
        if self.number % 3 != turn % 3:
            return ("adr", 2), 1
        kind = ["moment", "stencil", "gaussian", "power-law", "sum", "dense"][turn % 6]
        if kind == "moment":
            order = 3 + (self.d < 3) * (turn // 6 % 3)
            return (kind, order), (order + 1) // 2
        radius = 0 if kind == "dense" else 1 + (self.d < 3) * (turn // 2 % 2)
        return (kind, radius), radius

    def components(self, name):
        d = self.d
        if name == "higher":
            return len(higher_indices(d, self.family[1]))
        if name == "weights":
            return int(np.prod(self.shape)) if self.family[0] == "dense" else (2 * self.family[1] + 1) ** d
        if name == "advection":
            return d
        return {"isotropic": 1, "diagonal": d, "full": d * (d + 1) // 2}[self.tensor] if name == "diffusion" else 1

    def parameter(self, name, k):
        """Small enough for the chain to stay tame, different in kind from case to case."""
        random = self.random
        kind = (self.number + k) % 4  # nowhere, in space, by layer, both
        if self.family[0] == "dense" and name == "weights":
            kind |= 1
        shape = (self.layers if kind > 1 else 1, self.components(name), np.prod(self.shape) if kind % 2 else 1)
        smallest = min(axis.spacing for axis in self.axes)
        size = {"reaction": 0.2, "advection": 0.3 * smallest, "diffusion": 0.1 * smallest**2, "bias": 0.2, "relaxation": 0.2}
        size |= {"higher": 0.02 * smallest ** self.family[1], "weights": 1 / self.components("weights")}
        size |= {"amplitude": 0.5, "width": 0.3 * smallest, "strength": 0.3, "length": 0.3 * smallest, "exponent": 0.5}
        middle = {"relaxation": 0.8, "width": smallest, "length": smallest, "exponent": self.d + 2}
        values = size[name] * random.uniform(-1, 1, shape) + middle.get(name, 0)
        penalty = Penalty(*random.uniform(0, 0.1, 4), epsilon=float(random.uniform(1e-3, 0.1)))
        penalty.continuum = kind % 2 == 1 and bool(random.integers(2))
        wanted = (self.number + k) % 5 != 4
        return Parameter(values, wanted, penalty if random.integers(2) else Penalty())

    def target(self, k):
        random = self.random
        raw = self.scale * random.normal(size=self.inputs.shape) + self.offset
        raw[random.random(raw.shape) < 0.2] = np.nan
        layer = self.layers if k == 0 else int(random.integers(0, self.layers + 1))
        withhold = ["", "fraction", "file"][(self.number + k) % 3]
        return Observed(raw, layer, float(random.uniform(0.5, 2)), bool(random.integers(2)), withhold)

    # ---- what the program reads ----------------------------------------------------------------

    def write(self, folder):
        with h5py.File(folder / "fields.h5", "w") as file:
            shape = [self.samples, *self.shape]
            # The samples asked for lie in between others.
            spread = np.full([2 * self.samples, *self.shape], 1e3)
            spread[1::2] = (self.scale * self.inputs + self.offset).reshape(shape)
            file["input"] = spread
            for k, target in enumerate(self.targets):
                file[f"target {k}"] = target.raw.reshape(shape)
                file[f"mask {k}"] = self.marks(k, 0.8).reshape(shape).astype("i2")
                file[f"withheld {k}"] = self.marks(k + 100, 0.3).reshape(shape).astype("u1")
            for name, parameter in self.parameters.items():
                file[name] = parameter.values.reshape(self.stored_shape(parameter))
        (folder / "case.toml").write_text(self.text())

    def marks(self, seed, share):
        return np.random.default_rng([self.number, seed]).random(self.inputs.shape) < share

    def stored_shape(self, parameter):
        layers, components, points = parameter.values.shape
        return [n for n in (layers, components) if n > 1] + (self.shape if points > 1 else [])

    def text(self):
        quoted = [f'"{a.boundary}"' if isinstance(a.boundary, str) else f"{{ value = {a.boundary!r} }}" for a in self.axes]
        number = f"scale = {self.scale!r}, offset = {self.offset!r}"
        lines = [
            "[grid]",
            f"shape = {self.shape}",
            f"spacing = {[axis.spacing for axis in self.axes]}",
            f"boundary = [{', '.join(quoted)}]",
            "[network]",
            f'layers = {self.layers}\nactivation = "{self.activation}"',
            *(self.parameter_line(name) for name in ("bias", "relaxation")),
            "[kernel]",
            *self.kernel_lines(),
            *(self.parameter_line(name) for name in self.kernel_names),
            "[data]",
            f'input = {{ file = "fields.h5", dataset = "input", index = {list(range(1, 2 * self.samples, 2))}, {number} }}',
            *(self.target_lines(k, number) for k in range(len(self.targets))),
            f'[loss]\nreduction = "{"mean" if self.mean else "sum"}"',
            '[output]\nlayers = "all"',
        ]
        return "\n".join(lines) + "\n"

    def kernel_lines(self):
        kind, size = self.family
        own = {"adr": "", "dense": "", "moment": f"order = {size}"}.get(kind, f"radius = {size}")
        tensor = f'diffusion_tensor = "{self.tensor}"' if "diffusion" in self.kernel_names else ""
        name = '["gaussian", "adr"]' if kind == "sum" else f'"{kind}"'
        return [f"type = {name}", own, tensor]

    def parameter_line(self, name):
        parameter, p = self.parameters[name], self.parameters[name].penalty
        layers, _, points = parameter.values.shape
        varies = ['"space"'] * (points > 1) + ['"layer"'] * (layers > 1)
        weights = f"l2 = {p.l2}, h1 = {p.h1}, tv = {p.tv}, l1 = {p.l1}, epsilon = {p.epsilon}"
        scaling = "continuum" if p.continuum else "lattice"
        return (
            f'{name} = {{ init = {{ file = "fields.h5", dataset = "{name}" }}, varies = [{", ".join(varies)}], '
            f'train = {str(parameter.train).lower()}, penalty = {{ {weights}, scaling = "{scaling}" }} }}'
        )

    def target_lines(self, k, number):
        target = self.targets[k]
        withhold = {
            "": "",
            "fraction": "withhold = { fraction = 0.25, seed = 7 }\n",
            "file": f'withhold = {{ file = "fields.h5", dataset = "withheld {k}" }}\n',
        }[target.withhold]
        mask = f'mask = {{ file = "fields.h5", dataset = "mask {k}" }}\n' if target.masked else ""
        numbers = number.replace(", ", "\n")
        return (
            f'[[data.target]]\nfile = "fields.h5"\ndataset = "target {k}"\n{numbers}\n'
            f"layer = {target.layer}\nweight = {target.weight!r}\n{mask}{withhold}"
        )

    # ---- what it should find --------------------------------------------------------------------

    def reference(self, withheld):
        """States, misfit, loss and gradient by dense matrices. `withheld`: by target number."""
        targets = []
        for k, target in enumerate(self.targets):
            used = self.observed(k) & ~withheld[k]
            y = np.where(used, (target.raw - self.offset) / self.scale, 0)
            targets.append(Target(target.layer, target.weight, y, used))
        network = Network(self.axes, self.tensor, self.family, self.layers, self.activation, self.parameters)
        return network.evaluate(self.inputs, targets, self.mean), targets

    def observed(self, k):
        seen = ~np.isnan(self.targets[k].raw)
        return seen & self.marks(k, 0.8) if self.targets[k].masked else seen

    def withheld(self, k, result):
        """Chosen by a hash only the program knows, so read from the result and checked; or a file's."""
        observed, target = self.observed(k), self.targets[k]
        if target.withhold == "fraction":
            chosen = result["withheld"][()].reshape(observed.shape) > 0
            expect(not (chosen & ~observed).any(), "withheld points that are not observed")
            expect(chosen.sum() == int(0.25 * observed.sum() + 0.5), f"{chosen.sum()} points withheld")
            return chosen
        return observed & self.marks(k + 100, 0.3) if target.withhold == "file" else ~observed & observed


def close(name, found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    expect(found.size == expected.size, f"{name}: {found.shape} for {expected.shape}")
    error = np.abs(found.ravel() - expected.ravel()).max() / max(np.abs(expected).max(), 1e-300)
    expect(error <= TOLERANCE, f"{name}: relative error {error:.2e}")
    return error


def compare(case, result):
    """The largest error over everything the result holds."""
    last = len(case.targets) - 1
    withheld = {k: case.withheld(k, result) for k in range(last + 1)}
    (states, misfit, loss, gradient), targets = case.reference(withheld)
    target = targets[-1]
    distance = [[np.sum(target.m[s] * (z - target.y[s]) ** 2) for z in states[s]] for s in range(case.samples)]
    errors = [
        close("state", result["state"], states),
        close("misfit", result.attrs["misfit"], misfit),
        close("loss", result.attrs["loss"], loss),
        close("loss_by_layer", result["loss_by_layer"], distance),
    ]
    found = set(result["gradient"]) & set(case.names)
    expect(found == set(gradient), f"gradients of {list(result['gradient'])}")
    errors += [close(f"gradient of {name}", result["gradient"][name], g) for name, g in gradient.items()]
    errors += [close(name, result["parameters"][name], case.parameters[name].values) for name in case.names]
    return max(errors)


@pytest.mark.parametrize("number", range(CASES))
def test_case(number, folder):
    case = RandomCase(number)
    # The one hash-chosen set the result shows is that of its last target.
    for target in case.targets[:-1]:
        target.withhold = target.withhold.replace("fraction", "file")
    kernel = " ".join(map(str, case.family))
    what = f"case {number}: {case.shape}, {case.activation}, {kernel}, {case.tensor}, {case.layers} layers, {case.samples} samples"
    case.write(folder)
    states = []
    for ranks in (1, 2, 3):
        output = folder / f"result-{ranks}.h5"
        succeed("gradient", "case.toml", "--quiet", "--output", output, folder=folder, ranks=ranks)
        with h5py.File(output) as result:
            try:
                error = compare(case, result)
            except AssertionError as found:
                raise AssertionError(f"{what}, {ranks} ranks: {found}\n{case.text()}") from None
            states.append(result["state"][()])
    for ranks, other in zip((2, 3), states[1:] if case.family[0] != "dense" else []):
        expect((states[0] == other).all(), f"{what}: other states on {ranks} ranks")
    print(f"{what}: error {error:.1e}")
