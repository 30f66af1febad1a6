"""The commands that need no server."""

import json

from checks import expect, output_of, run_tool
import article


def check_all(checks, newstance):
    cases = {
        "newstance tag reads standard input": check_tag,
        "newstance tag --format json writes JSON": check_tag_json,
        "newstance inspect describes the model": check_inspect,
        "a missing file is a one-line error": check_missing_file,
    }
    for name, check in cases.items():
        checks.run(name, lambda check=check: check(newstance))


def check_tag(newstance):
    expect(output_of([newstance, "tag"], article.BODY).strip(), "it printed nothing")


def check_tag_json(newstance):
    answer = output_of([newstance, "tag", "--format", "json"], article.BODY)
    json.loads(answer)
    expect("medtop:" in answer, f"no topic in {answer}")


def check_inspect(newstance):
    expect("topic" in output_of([newstance, "inspect"]), "it does not name the axis topic")


def check_missing_file(newstance):
    done = run_tool([newstance, "tag", "no-such-file.txt"])
    expect(done.returncode > 0, f"it ended with {done.returncode}")
    lines = done.stderr.strip().splitlines()
    expect(len(lines) == 1, f"{len(lines)} lines on standard error: {done.stderr}")
    expect("no-such-file.txt" in lines[0], f"it does not name the file: {lines[0]}")
