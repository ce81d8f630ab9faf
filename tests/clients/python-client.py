"""The calls of the official Python client, unmodified, against a running server: one line of JSON for each, with what went wrong.

    python python-client.py http://127.0.0.1:8080
"""

import inspect
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from kestrapy import KestraClient  # noqa: E402

HOST = sys.argv[1]
TENANT = "main"
NAMESPACE = "clients.python"
client = KestraClient(host=HOST, username="client@example.com", password="Secret123")


def flow(name, more=""):
    return f"""id: {name}
namespace: {NAMESPACE}
description: made by a client
labels: {{ by: client }}
inputs: [{{ id: word, type: STRING, defaults: hello }}]
outputs: [{{ id: said, type: STRING, value: "{{{{ outputs.say.value }}}}" }}]
tasks:
  - {{ id: say, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.word }}}}" }}
  - {{ id: note, type: io.kestra.plugin.core.log.Log, message: "{{{{ inputs.word }}}}" }}
{more}"""


SCHEDULE = """triggers:
  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }
  - { id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: python-hook }"""

PAUSE = f"""id: paused
namespace: {NAMESPACE}
tasks:
  - {{ id: wait, type: io.kestra.plugin.core.flow.Pause }}"""

BOARD = """id: python-board
title: Python board
charts:
  - id: states
    type: io.kestra.plugin.core.dashboard.chart.Pie
    chartOptions: { displayName: States }
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns: { state: { field: STATE }, total: { agg: COUNT } }"""

SUITE = f"""id: suite
namespace: {NAMESPACE}
flowId: told
testCases:
  - id: says
    type: io.kestra.core.tests.flow.UnitTest
    fixtures: {{ inputs: {{ word: hey }} }}
    assertions: [{{ value: "{{{{ outputs.say.value }}}}", equalTo: hey }}]"""


def report(name, error=None, skipped=None):
    line = {"call": name, "ok": error is None}
    if error is not None:
        line["error"] = error
    if skipped is not None:
        line = {"call": name, "skipped": skipped}
    print(json.dumps(line), flush=True)


def call(name, *args, check=None, refused=None, **kwargs):
    """Calls `api.method`; `refused` is the status that is wanted instead of an answer."""
    api, method = name.split(".")
    if not hasattr(client, api) or not hasattr(getattr(client, api), method):
        return report(name, skipped="this version has no such call")
    try:
        answer = getattr(getattr(client, api), method)(*args, **kwargs)
        if inspect.isgenerator(answer):
            answer = list(answer)
        if refused is not None:
            return report(name, f"it was to be refused with {refused}")
        if check is not None and not check(answer):
            return report(name, f"unexpected answer: {str(answer)[:300]}")
        report(name)
        return answer
    except Exception as error:  # whatever goes wrong is a finding
        if refused is not None and getattr(error, "status", None) == refused:
            return report(name)
        report(name, f"{type(error).__name__}: {str(error)[:500]}")
        return None


def total(page):
    return page["total"] if isinstance(page, dict) else page.total


def ended(execution_id):
    for _ in range(100):
        found = client.executions.execution(execution_id, TENANT)
        state = str(getattr(found.state.current, "value", found.state.current))
        if state in ("SUCCESS", "FAILED", "WARNING", "KILLED", "CANCELLED"):
            return state
        time.sleep(0.1)
    return "?"


def paused():
    made = client.executions.create_execution(TENANT, NAMESPACE, "paused")
    for _ in range(100):
        found = client.executions.execution(made.id, TENANT)
        if str(getattr(found.state.current, "value", found.state.current)) == "PAUSED":
            break
        time.sleep(0.1)
    return made.id


def flows():
    call("flows.create_flow", TENANT, flow("told", SCHEDULE), check=lambda made: made.revision == 1)
    call("flows.create_flow", TENANT, flow("told"), refused=422)
    call("flows.create_flow", TENANT, PAUSE)
    call("flows.flow", NAMESPACE, "told", TENANT, source=True, check=lambda found: "made by a client" in found.source)
    call("flows.flow", NAMESPACE, "nobody", TENANT, refused=404)
    call("flows.update_flow", NAMESPACE, "told", TENANT, flow("told", SCHEDULE) + "\n", check=lambda saved: saved.revision == 2)
    call("flows.list_flow_revisions", NAMESPACE, "told", TENANT, check=lambda rows: len(rows) == 2)
    call("flows.list_flows_by_namespace", NAMESPACE, TENANT, check=lambda rows: len(rows) == 2)
    call("flows.list_distinct_namespaces", TENANT, check=lambda names: NAMESPACE in names)
    call("flows.search_flows", TENANT, page=1, size=10, sort=["id:asc"], check=lambda page: total(page) >= 2)
    call("flows.search_flows_by_source_code", TENANT, page=1, size=10, q="made by a client", check=lambda page: total(page) >= 1)
    call("flows.task_from_flow", NAMESPACE, "told", "say", TENANT)
    call("flows.generate_flow_graph", NAMESPACE, "told", TENANT)
    call("flows.generate_flow_graph_from_source", TENANT, flow("drawn"))
    call("flows.flow_dependencies", NAMESPACE, "told", TENANT)
    call("flows.flow_dependencies_from_namespace", NAMESPACE, TENANT)
    call("flows.validate_flows", TENANT, flow("told"), check=lambda rows: rows[0].constraints is None)
    call("flows.validate_trigger", TENANT, {"id": "t", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "0 3 * * *"})
    call("flows.update_flows_in_namespace", f"{NAMESPACE}.synced", TENANT, flow("synced").replace(NAMESPACE, f"{NAMESPACE}.synced"))
    call("flows.bulk_update_flows", TENANT, delete=False, body=flow("bulk"))
    call("flows.export_flows_by_query", TENANT, check=lambda data: data[:2] == b"PK")
    call("flows.export_flows_by_query_csv", TENANT)
    call("flows.search_concurrency_limits", TENANT)
    call("flows.list_deprecated", TENANT)
    call("flows.delete_flow", NAMESPACE, "bulk", TENANT)


def executions():
    made = call("executions.create_execution", TENANT, NAMESPACE, "told", wait=True, labels=["who:client"], inputs={"word": "hey"})
    if made is None:
        return
    call("executions.create_execution", TENANT, NAMESPACE, "nobody", refused=404)
    call("executions.execution", made.id, TENANT, check=lambda found: found.inputs.get("word") == "hey")
    call("executions.execution", "0000000000000000000000", TENANT, refused=404)
    call("executions.search_executions", TENANT, page=1, size=10, sort=["state.startDate:desc"], check=lambda page: total(page) >= 1)
    call("executions.search_executions_by_flow_id", TENANT, NAMESPACE, "told", check=lambda page: total(page) >= 1)
    call("executions.execution_flow_graph", made.id, TENANT)
    call("executions.flow_from_execution_by_id", made.id, TENANT, check=lambda found: found.id == "told")
    call("executions.flow_from_execution", TENANT, NAMESPACE, "told")
    call("executions.list_executable_namespaces", TENANT, check=lambda names: NAMESPACE in names)
    call("executions.list_executable_flows_by_namespace", NAMESPACE, TENANT)
    call("executions.eval_expression", made.id, TENANT, "{{ inputs.word }}!", check=lambda said: "hey!" in str(said))
    call("executions.follow_execution", made.id, TENANT, check=lambda seen: len(seen) > 0)
    call("executions.follow_dependencies_execution", made.id, TENANT)
    call("executions.validate_new_execution_inputs", NAMESPACE, "told", TENANT, labels=["who:client"], inputs={"word": "x"})
    call("executions.replay_execution", made.id, TENANT, check=lambda again: again.id != made.id)
    call("executions.restart_executions_by_ids", TENANT, [made.id], refused=400)
    call("executions.trigger_execution_by_get_webhook", TENANT, NAMESPACE, "told", "python-hook")
    call("executions.export_executions_by_query_to_csv", TENANT)
    call("executions.find_distinct_execution_field_values", TENANT, "NAMESPACE", check=lambda names: NAMESPACE in names)
    call("executions.execution_average_duration", NAMESPACE, "told", TENANT)
    call("outputs.execution_outputs", made.id, TENANT, check=lambda outputs: outputs == {"said": "hey"})
    runs = call("outputs.task_outputs_information", made.id, TENANT, check=lambda rows: len(rows) == 1)
    if runs:
        call("outputs.task_run_outputs", made.id, runs[0].task_run_id, TENANT, check=lambda outputs: outputs == {"value": "hey"})
    call("logs.list_logs_from_execution", made.id, TENANT, check=lambda rows: len(rows) == 1)
    call("logs.search_logs", TENANT, page=1, size=10)
    call("logs.download_logs_from_execution", made.id, TENANT, check=lambda data: "hey" in str(data))
    call("logs.follow_logs_from_execution", made.id, TENANT, check=lambda seen: len(seen) > 0)
    call("metrics.execution_metrics", made.id, TENANT)
    call("metrics.flow_metric_names", NAMESPACE, "told", TENANT)
    call("logs.delete_logs_from_execution", made.id, TENANT)
    call("executions.delete_execution", made.id, TENANT)


def actions():
    one = paused()
    call("executions.validate_resume_execution_inputs", one, TENANT)
    call("executions.resume_execution", one, TENANT)
    if ended(one) != "SUCCESS":
        report("executions.resume_execution", "the execution did not go on")
    call("executions.kill_execution", paused(), TENANT)
    call("executions.resume_executions_by_ids", TENANT, [paused()])
    call("executions.kill_executions_by_ids", TENANT, [paused()])
    call("executions.force_run_execution", paused(), TENANT)
    call("executions.force_run_by_ids", TENANT, [paused()])
    call("executions.pause_executions_by_ids", TENANT, [one], refused=400)
    call("executions.update_execution_status", one, "WARNING", TENANT)
    call("executions.delete_executions_by_ids", TENANT, [one])


def triggers():
    call("triggers.search_triggers", TENANT, page=1, size=10, check=lambda page: total(page) >= 1)
    call("triggers.search_triggers_for_flow", TENANT, NAMESPACE, "told", page=1, size=10, check=lambda page: total(page) == 1)
    call("triggers.export_triggers", TENANT)
    call("triggers.unlock_trigger", TENANT, NAMESPACE, "told", "nightly", refused=409)
    call("triggers.restart_trigger", TENANT, NAMESPACE, "told", "nightly")
    call("triggers.disabled_triggers_by_query", TENANT, disabled=True)
    call("triggers.disabled_triggers_by_query", TENANT, disabled=False)
    call("triggers.delete_trigger", TENANT, NAMESPACE, "told", "nightly")


def namespaces():
    call("kv.set_key_value", NAMESPACE, "word", TENANT, '"hello"')
    call("kv.key_value", NAMESPACE, "word", TENANT, check=lambda found: found.value == "hello")
    call("kv.key_value", NAMESPACE, "none", TENANT, refused=404)
    call("kv.list_all_keys", TENANT, page=1, size=10, check=lambda page: total(page) >= 1)
    call("kv.list_keys_with_inheritance", f"{NAMESPACE}.below", TENANT)
    call("kv.delete_key_value", NAMESPACE, "word", TENANT)
    call("files.create_namespace_directory", NAMESPACE, TENANT, path="/dir")
    call("files.create_namespace_file", NAMESPACE, "/dir/a.txt", TENANT, file_content=b"hello")
    call("files.file_content", NAMESPACE, "/dir/a.txt", TENANT, check=lambda data: b"hello" in (data if isinstance(data, bytes) else str(data).encode()))
    call("files.file_metadatas", NAMESPACE, TENANT, path="/dir/a.txt", check=lambda found: found.size == 5)
    call("files.list_namespace_directory_files", NAMESPACE, TENANT, path="/dir", check=lambda rows: len(rows) == 1)
    call("files.search_namespace_files", NAMESPACE, "a.txt", TENANT, check=lambda rows: rows == ["/dir/a.txt"])
    call("files.file_revisions", NAMESPACE, TENANT, path="/dir/a.txt")
    call("files.move_file_directory", NAMESPACE, "/dir/a.txt", "/dir/b.txt", TENANT)
    call("files.export_namespace_files", NAMESPACE, TENANT, check=lambda data: data[:2] == b"PK")
    call("files.delete_file_directory", NAMESPACE, "/dir", TENANT)
    call("namespaces.search_namespaces", TENANT, page=1, size=50, check=lambda page: total(page) >= 1)
    call("namespaces.namespace", NAMESPACE, TENANT, check=lambda found: found.id == NAMESPACE)
    call("namespaces.inherited_secrets", NAMESPACE, TENANT)
    call("namespaces.inherited_variables", NAMESPACE, TENANT)
    call("namespaces.list_secrets", TENANT, page=1, size=10)


def others():
    call("dashboards.validate_dashboard", TENANT, BOARD, check=lambda said: said.constraints is None)
    call("dashboards.create_dashboard", TENANT, BOARD)
    call("dashboards.dashboard", "python-board", TENANT)
    call("dashboards.search_dashboards", TENANT, page=1, size=10, sort=["title:asc"], check=lambda page: total(page) >= 1)
    call("dashboards.default_dashboards", TENANT)
    call("dashboards.delete_dashboard", "python-board", TENANT)
    call("test_suites.create_test_suite", TENANT, SUITE)
    call("test_suites.run_test_suite", NAMESPACE, "suite", TENANT)
    call("test_suites.search_test_suites", TENANT, page=1, size=10, check=lambda page: total(page) >= 1)
    call("test_suites.delete_test_suite", NAMESPACE, "suite", TENANT)
    log = "io.kestra.plugin.core.log.Log"
    call("plugins.list_plugins", check=lambda page: total(page) > 10)
    call("plugins.list_plugins_by_subgroups")
    call("plugins.plugin_documentation", log)
    call("plugins.plugin_icons", check=lambda icons: log in icons)
    call("plugins.plugin_group_icons")
    call("plugins.plugin_icon", log)
    call("plugins.plugin_icon_svg", log, check=lambda svg: svg.startswith("<svg"))
    call("plugins.plugin_input_types")
    call("plugins.plugin_input_schema", "STRING")
    call("plugins.plugin_properties", "task")
    call("plugins.plugin_schema", "flow", check=lambda schema: "definitions" in schema)
    call("plugins.plugin_triggers")
    call("plugins.plugin_versions", log)
    call("misc.configuration")
    call("misc.login_configuration")
    call("misc.basic_auth_validation_errors")
    call("misc.pebble_filters", check=lambda names: len(names) > 10)
    call("misc.pebble_functions", check=lambda names: len(names) > 10)
    call("misc.worker_selector_tags", TENANT)
    call("flows.delete_flows_by_query", TENANT)


for part in (flows, executions, actions, triggers, namespaces, others):
    try:
        part()
    except Exception as error:
        report(part.__name__, f"{type(error).__name__}: {str(error)[:500]}")
