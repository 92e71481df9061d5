#!/usr/bin/env bash
# What README promises, for somebody who has nothing: a fresh clone in a folder with
# an odd name, an empty home, an empty cache of Deno's, and README's commands.
#
#   tests/anywhere.sh [--keep-cache] [--tests]
#
# --keep-cache uses this machine's cache of packages, for speed. --tests runs the
# whole test suite there, too, which takes many minutes. Commits count, changes of
# the working tree do not.
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
keep="" tests=""
for flag in "$@"; do
  case $flag in
  --keep-cache) keep=yes ;;
  --tests) tests=yes ;;
  *)
    echo "unknown option \"$flag\", expected --keep-cache or --tests" >&2
    exit 2
    ;;
  esac
done

place=$(mktemp -d)
trap 'chmod -R u+w "$place" 2>/dev/null; rm -rf "$place"' EXIT
clone="$place/Ünser Ordner, 100 % neu #1"
mkdir "$place/home"
deno="npx -y deno@2.9.6"
if [ -n "$keep" ]; then
  DENO_DIR=$($deno info --json | sed -n 's/.*"denoDir": "\(.*\)",/\1/p')
  npm_config_cache=$(npm config get cache)
  export DENO_DIR npm_config_cache
fi
# Whoever has these set has them for another folder.
unset N2N_CACHE N2N_DATA N2N_CALIBRATION N2N_ONEDNN_LIBRARY INIT_CWD
export HOME="$place/home" XDG_CACHE_HOME="$place/home/.cache"

git clone --quiet "$project" "$clone"
cd "$clone"
say() { printf '%s\n' "$1" >&2; }

say "The tables are what the records give"
$deno task results --check

say "A relative path starts where the user stands"
mkdir "$place/elsewhere dir"
cd "$place/elsewhere dir"
$deno task --config "$clone/deno.json" rq1 --dataset mnist --profile smoke --dry-run --results mine >/dev/null

say "A search, its table and figures"
cat >tiny.yaml <<'YAML'
width: 0.03
images: 640
validation: 200
teacher: { epochs: 1 }
student: { images: 64, validationImages: 50, epochs: 1, batchSize: 32 }
final: { epochs: 1, batchSize: 64 }
removal: { iterations: 3, rollouts: 3 }
shrinkage: { iterations: 1, rollouts: 3 }
shrink: { minChannels: 1 }
compare: []
YAML
$deno task --config "$clone/deno.json" rq1 --dataset mnist --profile smoke --config tiny.yaml --results mine
set -- mine/rq1/smoke*.md
[ -f "$1" ] || { say "there is no table in mine/rq1"; exit 1; }

say "Everything lies where it should"
[ -f "$clone/datasets/cache/mnist/train.bin" ] || { say "there is no cache"; exit 1; }
[ "$(ls "$place" | wc -l)" -eq 3 ] || { say "there is more than was asked for: $(ls "$place")"; exit 1; }
cd "$clone"
changes=$(git status --porcelain)
[ -z "$changes" ] || { say "the clone was changed: $changes"; exit 1; }

if [ -n "$tests" ]; then
  say "Every test"
  $deno task test
  $deno task test:long
fi
say "all as README says"
