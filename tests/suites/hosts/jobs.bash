# SPDX-License-Identifier: MIT
#
# What job control can do in a script; run in a terminal.
set -m

until_state() {
  until [[ $(jobs "$1") == *"$2"* ]]; do sleep 0.01; done
}

echo 'a job that stops itself, and goes on in the foreground'
sh -c 'kill -STOP $$; echo resumed; exit 7' &
until_state %1 Stopped
jobs
fg %1
echo "status $?"

echo 'a job that is stopped, goes on in the background, and is ended'
sleep 60 &
kill -STOP %%
until_state %% Stopped
bg %%
until_state %% Running
kill %%
wait $!
echo "status $?"

echo 'two jobs, of which the second ends first'
sleep 60 &
first=$!
(exit 3) &
wait $!
echo "status $?"
kill -KILL %1
wait "$first"
echo "status $?"

echo 'jobs that are waited for as they end'
for status in 4 5 6; do
  (sleep 0."$status"; exit "$status") &
done
for _ in 1 2 3; do
  wait -n
  echo "status $?"
done

echo 'a pipeline is one job, and a signal meets all of it'
(trap 'echo left; exit 1' TERM; : >ready; while :; do sleep 0.05; done) 2>/dev/null | (trap '' TERM; cat) &
until [ -e ready ]; do sleep 0.01; done
kill -TERM %%
wait $!
echo "status $?"
false | true | (exit 9)
echo "statuses ${PIPESTATUS[*]}"

echo 'a trap counts the children that end'
ended=0
trap 'ended=$((ended + 1))' CHLD
for _ in {1..20}; do /bin/true; done
trap - CHLD
echo "$ended children"

echo 'a coprocess, substitutions, and a subshell in a subshell'
coproc tr '[:lower:]' '[:upper:]'
echo word >&"${COPROC[1]}"
eval "exec ${COPROC[1]}>&-"
cat <&"${COPROC[0]}"
paste <(echo one) <(echo two)
(
  inner=$(bash -c 'echo inner; kill -USR1 $$; echo never')
  echo "status $? $inner"
)

echo 'time runs out'
timeout 0.2 sleep 60
echo "status $?"
timeout --foreground -s KILL 0.2 sleep 60
echo "status $?"
trap 'echo leaves' EXIT
