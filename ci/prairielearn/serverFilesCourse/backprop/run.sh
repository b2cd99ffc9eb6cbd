#!/bin/sh
# The entry point of the external grader, for all questions: the problem is the YAML file in the
# question's tests folder, the answers are answers.yaml. Whatever happens, results.json is written.
grade="${GRADE_ROOT:-/grade}"
results="$grade/results/results.json"
mkdir -p "$grade/results"

# A result that costs no attempt: $1 has no character that JSON escapes.
say() {
  printf '{"gradable": false, "format_errors": ["%s"]}\n' "$1" > "$results"
  exit 0
}

set -- "$grade"/tests/*.yaml
if [ $# -ne 1 ] || [ ! -f "$1" ]; then
  say "This question is not set up: there has to be one problem in its tests folder."
fi
cd "$grade/student" || say "There is no submission."
if [ ! -f answers.yaml ] || [ -L answers.yaml ]; then
  say "No file with the name answers.yaml was handed in."
fi
timeout 25 backprop check answers.yaml -p "$1" \
  -f prairielearn --reveal "${REVEAL:-hint}" --exit-zero -o "$results"
if [ ! -s "$results" ]; then
  say "The grader failed, which is no fault of yours. Please tell the course staff."
fi
