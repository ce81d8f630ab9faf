# The steps of a job run one after the other in the process of the run, which is quicker than the default of a process each.
from dagster import Definitions, in_process_executor, job, op


@op
def first():
    return "one"


@op
def second(before):
    return before + " two"


@op
def third(context, before):
    context.log.info(before + " three")
    return before + " three"


@job(executor_def=in_process_executor)
def three():
    third(second(first()))


@op
def message():
    return "Hello World"


@op
def log(text):
    return text


@job(executor_def=in_process_executor)
def two():
    log(message())


definitions = Definitions(jobs=[three, two])
