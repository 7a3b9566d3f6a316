# shellcheck shell=bash
# A Slurm of one node for a test: its own key, ports and configuration in a folder, all of it stopped by
# stop_slurm. Slurm's commands find it by SLURM_CONF.

slurm_daemons=()

# Installs what is missing; fails where that is impossible.
install_slurm() {
  local as_root=()
  if command -v sbatch slurmctld slurmd munged >/dev/null; then return; fi
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  { "${as_root[@]}" apt-get -qq update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends slurm-wlm munge; } </dev/null >/dev/null 2>&1
}

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 10000))
    (: </dev/tcp/127.0.0.1/$port) 2>/dev/null || break
  done
  echo $port
}

# write_configuration FOLDER. A credential's life (cred_expire) is what a requeued job waits for.
write_configuration() {
  local node
  node=$(hostname -s)
  cat >"$1/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket,cred_expire=10
CredType=cred/munge
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0
MpiDefault=none
KillWait=5
MinJobAge=600
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
CONF
}

# daemon NAME WORDS: in the background, to be ended by stop_slurm.
daemon() {
  "${@:2}" >"$slurm_folder/$1.out" 2>&1 &
  slurm_daemons+=($!)
}

# wait_for SECONDS COMMAND: until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  until "${@:2}"; do
    [ $SECONDS -lt $end ] || { echo "waited ${1} s in vain for: ${*:2}" >&2; return 1; }
    sleep 0.5
  done
}

node_is_idle() { [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]; }
nothing_runs() { [ -z "$(squeue --noheader --states=RUNNING,COMPLETING 2>/dev/null)" ]; }

# start_slurm FOLDER
start_slurm() {
  slurm_folder=$1
  PATH=$PATH:/usr/sbin
  mkdir -p "$1/state" "$1/spool"
  chmod 700 "$1"
  head -c 128 /dev/urandom >"$1/munge.key"
  chmod 400 "$1/munge.key"
  write_configuration "$1"
  export SLURM_CONF=$1/slurm.conf
  daemon munged munged --foreground --force --key-file="$1/munge.key" --socket="$1/munge.socket" \
    --pid-file="$1/munge.pid" --log-file="$1/munge.log" --seed-file="$1/munge.seed"
  wait_for 10 test -S "$1/munge.socket"
  daemon slurmctld slurmctld -D -i
  daemon slurmd slurmd -D
  wait_for 30 node_is_idle || { tail -n 20 "$1"/*.out >&2; return 1; }
}

stop_slurm() {
  [ ${#slurm_daemons[@]} -gt 0 ] || return 0
  scancel --user="$(id -un)" >/dev/null 2>&1 && wait_for 20 nothing_runs
  for ((i = ${#slurm_daemons[@]} - 1; i >= 0; i--)); do # munged last: the others still need it
    kill "${slurm_daemons[i]}" 2>/dev/null || continue
    wait "${slurm_daemons[i]}" 2>/dev/null
  done
  slurm_daemons=()
}
