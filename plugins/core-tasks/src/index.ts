import type { TaskDefinition, TaskRunnerDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { assertTask } from './core/assert-task.ts'
import { echo } from './core/echo.ts'
import { fail } from './core/fail.ts'
import { log } from './core/log.ts'
import { outputValues } from './core/output-values.ts'
import { returnTask } from './core/return.ts'
import { sleep } from './core/sleep.ts'
import { closeDirectory } from './flow/close-directory.ts'
import { openDirectory } from './flow/open-directory.ts'
import { mergeOutputs } from './flow/merge-outputs.ts'
import { splitItems } from './flow/split-items.ts'
import { countExecutions } from './execution/count.ts'
import { kill } from './execution/kill.ts'
import { purgeExecutions } from './execution/purge-executions.ts'
import { resume } from './execution/resume.ts'
import { download } from './http/download.ts'
import { httpTrigger } from './http/http-trigger.ts'
import { request } from './http/request.ts'
import { sseRequest } from './http/sse-request.ts'
import { deleteKey } from './kv/delete.ts'
import { getKeys } from './kv/get-keys.ts'
import { getKey } from './kv/get.ts'
import { purgeFlows } from './flow/purge-flows.ts'
import { purgeKv } from './kv/purge-kv.ts'
import { setKey } from './kv/set.ts'
import { deleteFiles } from './namespace/delete-files.ts'
import { downloadFiles } from './namespace/download-files.ts'
import { purgeFiles } from './namespace/purge-files.ts'
import { uploadFiles } from './namespace/upload-files.ts'
import { fetchLogs } from './log/fetch.ts'
import { purgeLogs } from './log/purge-logs.ts'
import { publish } from './metric/publish.ts'
import { mask } from './pii/mask.ts'
import { purgeTokens } from './pii/purge-tokens.ts'
import { unmask } from './pii/unmask.ts'
import { processRunner } from './runner/process.ts'
import { deleteState } from './state/delete.ts'
import { getState } from './state/get.ts'
import { setState } from './state/set.ts'
import { concat } from './storage/concat.ts'
import { deduplicateItems } from './storage/deduplicate-items.ts'
import { deleteTask } from './storage/delete.ts'
import { filterItems } from './storage/filter-items.ts'
import { localFiles } from './storage/local-files.ts'
import { purgeCurrentExecutionFiles } from './storage/purge-current-execution-files.ts'
import { reverse } from './storage/reverse.ts'
import { size } from './storage/size.ts'
import { split } from './storage/split.ts'
import { write } from './storage/write.ts'
import { templatedTask } from './templating/templated-task.ts'
import { testSource } from './trigger/test-source.ts'
import { toggle } from './trigger/toggle.ts'

export const tasks: readonly TaskDefinition[] = [
  mask,
  purgeTokens,
  unmask,
  assertTask,
  closeDirectory,
  concat,
  countExecutions,
  deduplicateItems,
  deleteFiles,
  deleteKey,
  deleteState,
  deleteTask,
  download,
  downloadFiles,
  echo,
  fail,
  fetchLogs,
  filterItems,
  getKey,
  getKeys,
  getState,
  kill,
  localFiles,
  log,
  mergeOutputs,
  openDirectory,
  outputValues,
  purgeCurrentExecutionFiles,
  publish,
  purgeExecutions,
  purgeFiles,
  purgeFlows,
  purgeKv,
  purgeLogs,
  request,
  resume,
  returnTask,
  reverse,
  setKey,
  setState,
  size,
  sleep,
  split,
  splitItems,
  toggle,
  sseRequest,
  templatedTask,
  uploadFiles,
  write,
]

export const triggers: readonly TriggerDefinition[] = [httpTrigger, testSource]

export const taskRunners: readonly TaskRunnerDefinition[] = [processRunner]
