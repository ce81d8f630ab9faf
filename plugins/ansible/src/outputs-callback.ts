// Ansible's own way of being listened to: a callback plugin, which prints what the plays came to as one line of the outputs protocol. A text that a play
// prints and that is a line of the protocol is passed on as such.
export const CALLBACK_NAME = 'batuta_outputs'

/** Longer results of a task on a host are cut: they are in the log. */
const RESULT_CHARS_MAX = 8_192

export const CALLBACK = `from __future__ import annotations

DOCUMENTATION = '''
    name: ${CALLBACK_NAME}
    type: aggregate
    short_description: tells what the plays came to
    description: tells what the plays came to
'''

import json
import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = '${CALLBACK_NAME}'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.plays = []
        self.only_messages = os.environ.get('BATUTA_OUTPUTS_MODE') == 'EXPLICIT'

    def v2_playbook_on_play_start(self, play):
        self.plays.append({'name': play.get_name(), 'tasks': []})

    def v2_playbook_on_task_start(self, task, is_conditional):
        if self.plays:
            self.plays[-1]['tasks'].append({'name': task.get_name(), 'uuid': str(task._uuid), 'hosts': []})

    def v2_runner_on_ok(self, result):
        self._add(result, 'OK')

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._add(result, 'FAILED')

    def v2_runner_on_unreachable(self, result):
        self._add(result, 'UNREACHABLE')

    def v2_runner_on_skipped(self, result):
        self._add(result, 'SKIPPED')

    def v2_playbook_on_stats(self, stats):
        if not self.only_messages:
            self._tell(json.dumps({'outputs': {'playbooks': [{'plays': self.plays}]}}))

    def _add(self, result, state):
        found = dict(result._result)
        message = found.get('msg')
        if isinstance(message, str) and message.startswith('::{') and message.endswith('}::'):
            self._tell(message[2:-2])
        if not self.plays or not self.plays[-1]['tasks']:
            return
        self.plays[-1]['tasks'][-1]['hosts'].append(
            {'host': result._host.get_name(), 'status': state, 'changed': bool(found.get('changed')), 'result': self._kept(found)}
        )

    def _kept(self, found):
        if found.get('_ansible_no_log'):
            return {'censored': True}
        kept = {name: value for name, value in found.items() if not name.startswith('_') and name not in ('invocation', 'diff')}
        try:
            return kept if len(json.dumps(kept)) <= ${RESULT_CHARS_MAX} else {'cut': True}
        except (TypeError, ValueError):
            return {'cut': True}

    def _tell(self, text):
        print('::' + text + '::', flush=True)
`
