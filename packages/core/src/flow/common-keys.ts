/** What every task may have, beside the properties of its type. */
export const TASK_KEYS: ReadonlySet<string> = new Set([
  ...[
    'id',
    'type',
    'version',
    'description',
    'disabled',
    'runIf',
    'when',
    'retry',
    'timeout',
    'allowFailure',
    'allowWarning',
  ],
  ...['logLevel', 'logToFile', 'workerGroup', 'workerSelector', 'taskCache', 'assets'],
])

/** What every trigger may have. */
export const TRIGGER_KEYS: ReadonlySet<string> = new Set([
  ...[
    'id',
    'type',
    'version',
    'description',
    'disabled',
    'conditions',
    'when',
    'labels',
    'inputs',
    'stopAfter',
    'logLevel',
  ],
  ...['minLogLevel', 'logToFile', 'workerGroup', 'workerSelector', 'failOnTriggerError', 'allowConcurrent', 'assets'],
  'circuitBreaker',
])
