"""Wrong words on the command line; "case.toml" is the valid case."""

ROWS = {
    ("trian", "case.toml"): "nadir: unknown command 'trian' (did you mean 'train'?); see nadir --help",
    (): "nadir: A subcommand is required; see nadir --help",
    ("train",): "nadir: CASE is required; see nadir --help",
    ("train", "case.toml", "--outptu", "x.h5"): "--outptu",
    ("forward", "case.toml", "--verify"): "--verify",
    ("gradient", "case.toml", "--repeat", "0"): "--repeat",
    ("train", "case.toml", "--quiet", "--verbose"): "nadir: --quiet and --verbose exclude each other",
    ("train", "absent.toml"): "absent.toml: cannot be read: No such file or directory",
    ("train", "case.toml", "--set", "network.layrs=3"): "--set network.layrs: unknown key (did you mean 'layers'?)",
    ("train", "case.toml", "--set", "network.layers=-3"): "--set network.layers: must be between 1 and 1000000000, is -3",
    ("train", "case.toml", "--set", "network"): "--set network: expected key.path=value",
    ("train", "case.toml", "--set", "data.target.layer=9"):
        "--set data.target.layer: must be between 0 and network.layers = 3, is 9",
    ("gradient", "case.toml", "--set", "run.memory=1 KiB"):
        "--set run.memory: 1.00 KiB is too little: 3 states, the fewest that do, take 1.69 KiB",
    ("gradient", "case.toml", "--set", "run.memory=2 GB"):
        '--set run.memory: expected "auto" or a size as "2 GiB", found the string "2 GB"',
    ("gradient", "case.toml", "--set", "run.scratch=absent"): "--set run.scratch: there is no folder absent",
    ("train", "case.toml", "--set", "run.scratch=fields.h5"): "--set run.scratch: fields.h5 is not a folder",
    ("train", "case.toml", "--set", "run.scratch="): "--set run.scratch: must not be empty",
    ("gradient", "case.toml", "--set", "run.state_precision=half"):
        '--set run.state_precision: unknown state_precision "half" (one of: double, single)',
    ("gradient", "case.toml", "--set", "run.sample_groups=2"):
        "--set run.sample_groups: 2 groups cannot share 1 ranks evenly",
    ("train", "case.toml", "--output", "case.toml/x.h5"):
        "--output: output.file: cannot create the folder case.toml: Not a directory",
    ("train", "case.toml", "--", "-tao_nonsense", "3"):
        "-- -tao_nonsense: no part of PETSc used here asks for this option",
    ("train", "case.toml", "--", "word"): "-- word: no part of PETSc used here asks for this option",
    ("train", "case.toml", "--", "-tao_type", "lmvm"):
        "-- -tao_type lmvm: choose the optimiser by training.optimizer, or --set training.optimizer=lmvm",
    ("train", "case.toml", "--", "-options_file", "absent.rc"):
        "nadir: -- -options_file absent.rc: No such file or directory",
    ("gradient", "case.toml", "--", "-tao_monitor"): "-- -tao_monitor: no part of PETSc used here asks for this option",
}  # fmt: skip
