# shellcheck shell=bash
# How a Slurm job goes on after it had to stop. Sourced by the Slurm scripts with their arguments.

# shellcheck source=jobs/run.sh
. "$NADIR_HOME/jobs/run.sh"
script_arguments=("$@")

continue_job() {
  # Requeued, the job keeps its number, so that other jobs may depend on it.
  if [ "$continuation" = requeue ] && scontrol requeue "$SLURM_JOB_ID"; then return; fi
  local next
  next=$(submit_again)
  say "goes on as job $next"
  move_dependents "$next"
}

# A new job with the same script, arguments and size; prints its number.
submit_again() {
  local options=(--parsable --job-name="$SLURM_JOB_NAME" --partition="$SLURM_JOB_PARTITION"
    --nodes="$SLURM_JOB_NUM_NODES" --time="$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%l)")
  [ -z "${SLURM_NTASKS-}" ] || options+=(--ntasks="$SLURM_NTASKS")
  [ -z "${SLURM_JOB_ACCOUNT-}" ] || options+=(--account="$SLURM_JOB_ACCOUNT")
  [ -z "${SLURM_ARRAY_TASK_ID-}" ] || options+=(--array="$SLURM_ARRAY_TASK_ID")
  sbatch "${options[@]}" "$0" "${script_arguments[@]}"
}

# What waits for this job to succeed waits for job $1 instead.
move_dependents() {
  local id dependency
  while read -r id dependency; do
    [[ $dependency =~ afterok:$SLURM_JOB_ID([^0-9]|$) ]] || continue
    dependency=${dependency//'(unfulfilled)'/}
    scontrol update JobId="$id" Dependency="${dependency/afterok:$SLURM_JOB_ID/afterok:$1}"
  done < <(squeue --me --noheader --states=PENDING --format='%i %E')
}
