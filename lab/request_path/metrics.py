"""Counts from the API server's metrics. Pure."""

from lab.checks.asks import Answer, CouldNotTell

WEBHOOK = "apiserver_admission_webhook_request_total"
FAIL_OPEN = "apiserver_admission_webhook_fail_open_count"
POLICY = "apiserver_validating_admission_policy_check_total"
PLUGIN = "apiserver_admission_controller_admission_duration_seconds_count"


def count(answer: Answer, counter: str, /, **labels: str) -> int:
    """The sum of a counter, over all its rows that have these labels.

    Raises:
        CouldNotTell: the metrics could not be read.
    """
    if answer.code != 200:
        raise CouldNotTell(f"the API server's metrics cannot be read (status {answer.code})")
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    rows = f"\n{answer.text}".split(f"\n{counter}{{")[1:]  # of some megabytes, hence no search
    told = (row.partition("\n")[0].rpartition("} ") for row in rows)
    return sum(int(float(value)) for head, _, value in told if all(label in f"{head}," for label in wanted))
