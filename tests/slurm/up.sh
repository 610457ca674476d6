#!/bin/bash
# up.sh FOLDER - a Slurm of one node on the loopback, in a folder of its own: munged, slurmctld, slurmd, as root,
# without systemd and control groups, nothing under /etc touched. Prints nothing; FOLDER/slurm.conf is for
# SLURM_CONF. down.sh ends it.
set -euo pipefail
dir=$(realpath -m "$1")
mkdir -p "$dir"/{state,spool,log,run,munge}
chmod 755 "$dir" "$dir"/{state,spool,log,run}

# Daemons listen on what their host's name means: a name space of their own makes that the loopback.
listen="CommunicationParameters=NoCtldInAddrAny,NoInAddrAny"
if [ "$(hostname)" != localhost ]; then
    if unshare -u true 2>/dev/null; then
        exec unshare -u -- bash -c 'hostname localhost; exec "$0" "$@"' "$(realpath "$0")" "$@"
    fi
    listen="# every address: no right to a name space"
fi

port=$((20000 + $$ % 20000))
chmod 711 "$dir/munge"
(umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")

cat >"$dir/slurm.conf" <<CONF
ClusterName=ganas
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/sock,cred_expire=5
CredType=cred/munge
$listen
MailProg=/bin/true
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
PlugStackConfig=$dir/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=600
KillWait=2
MaxArraySize=10001
JobRequeue=1
PropagateResourceLimits=NONE
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
: >"$dir/plugstack.conf"
export SLURM_CONF=$dir/slurm.conf

# start NAME COMMAND...: in the background, its process in run/NAME
start() {
    name=$1
    shift
    "$@" >"$dir/log/$name.out" 2>&1 </dev/null &
    echo $! >"$dir/run/$name"
}

start munged munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/sock" \
    --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"
for _ in $(seq 600); do
    munge -n -S "$dir/munge/sock" >/dev/null 2>&1 && break
    sleep 0.1
done
start slurmctld slurmctld -D -i
start slurmd slurmd -D -N localhost
for _ in $(seq 600); do
    [ "$(timeout 5 sinfo -h -o %T 2>/dev/null || true)" = idle ] && exit 0
    sleep 0.1
done
tail -n 20 "$dir"/log/* >&2
exit 1
