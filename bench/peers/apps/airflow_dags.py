from airflow.sdk import dag, task


@task
def first():
    return "one"


@task
def second(before):
    return before + " two"


@task
def third(before):
    return before + " three"


@dag(schedule=None, catchup=False)
def three():
    third(second(first()))


@task
def message():
    return "Hello World"


@task
def log(text):
    return text


@dag(schedule=None, catchup=False)
def two():
    log(message())


three()
two()
