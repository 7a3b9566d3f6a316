# shellcheck shell=bash disable=SC2034  # the scripts that source this use the variables
# What is particular to this cluster. Every job script sources this file: adapt it here, once, and the
# #SBATCH or #PBS lines at the top of the scripts (nodes, ranks, time, partition, account).

# ---- Modules: those nadir was built with, in the same order -------------------------------------
# module purge
# module load gcc openmpi petsc hdf5-parallel

# ---- Paths: NADIR_HOME is the checkout; an installed program stands elsewhere -------------------
program=$NADIR_HOME/build/release/nadir
tools=$NADIR_HOME/tools
# export NADIR_PYTHON=$HOME/venv/bin/python       # for pictures: one with h5py, numpy and matplotlib

# ---- MPI: what starts one rank per core of the job, and binds it there --------------------------
launcher=(mpirun --bind-to core --map-by core)
# launcher=(srun --cpu-bind=cores)                # where MPI was built for Slurm's own launcher
# launcher=(mpirun --bind-to core --map-by core --hostfile "$PBS_NODEFILE")    # an MPI unaware of PBS
export OMP_NUM_THREADS=1                          # nadir uses ranks, not threads

# ---- Jobs that go on ----------------------------------------------------------------------------
# Slurm: "requeue" keeps the job's number; "submit" sends a new job, where requeueing is forbidden.
continuation=requeue
# After so many tries in a row without a newer checkpoint the job gives up.
patience=3
# PBS sends no early warning: the program is asked to stop so many seconds before the walltime ends.
# (Slurm: the number in --signal=B:USR1@120.) One iteration and two checkpoints must fit in.
reserve=120
