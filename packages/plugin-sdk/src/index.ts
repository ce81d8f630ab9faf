// Values, as plugins meet them: the SDK is all that a plugin imports of the project.
export {
  Bytes,
  DateTime,
  PERSONAL_ACTIONS,
  PERSONAL_COUNTRIES,
  PERSONAL_KINDS,
  Decimal,
  Double,
  Float,
  decodeValue,
  encodeValue,
  formatDuration,
  fromPlain,
  isInteger,
  isList,
  isMap,
  isTaskFile,
  isNumber,
  isTruthyText,
  jsonText,
  mapEntries,
  mapFrom,
  mapGet,
  mapHas,
  mapKeys,
  mapSize,
  maskPersonal,
  parseDuration,
  parseYaml,
  pathOfTaskFile,
  personalKindOf,
  personalToKeep,
  personalTokens,
  plainText,
  printValue,
  toDouble,
  toInteger,
  toPlain,
  unmaskPersonal,
} from '@batuta/core'
export type { DateTimeType, PersonalAction, PersonalKind, PersonalPolicy, Value, ValueMap } from '@batuta/core'
export { ByteStream } from './byte-stream.ts'
export { convertValue } from './convert-value.ts'
export { executionFolder, openRun } from './create-run-context.ts'
export type { OpenRun, RunFacts, RunParts } from './create-run-context.ts'
export { fetchProperties, fetchRows, renderFetchType } from './fetch-type.ts'
export type { FetchType, FetchedRows } from './fetch-type.ts'
export { defineFileStore } from './files/file-store.ts'
export type { FileEntry, FileSource, FileStore, FileStoreDefinition } from './files/file-store.ts'
export { OF_HOLDS, endSilentHolds, holdFiles, type FileHold } from './files/file-hold.ts'
export { openLocalFileStore } from './files/local-file-store.ts'
export { decodeJob, encodeJob, factsOf, type SentJob } from './job-text.ts'
export { guardedFileStore } from './files/guarded-file-store.ts'
export type { FileGuard } from './files/guarded-file-store.ts'
export { isNamespaceFileUri, isStorageUri, namespaceFileUri, parseStorageUri, storageUri } from './files/storage-uri.ts'
export {
  PRIVATE_FOLDER,
  copyNamespaceFiles,
  localizeUris,
  storeFolder,
  storeOutputFiles,
  writeInputFiles,
} from './files/task-file-traits.ts'
export type { NamespaceFilesOptions } from './files/task-file-traits.ts'
export { bindProperties, renderAll } from './lazy-properties.ts'
export type { LazyProperties, LazyProperty } from './lazy-properties.ts'
export { callHttp, expectHttp, refusedCall } from './http/call-http.ts'
export type { HttpAnswer, HttpCall } from './http/call-http.ts'
export { clientCall, clientOptions } from './http/client-options.ts'
export type { ClientOptions } from './http/client-options.ts'
export { answerJson, listIn, lookInto, numberIn, textIn } from './http/look-into.ts'
export { callPatiently } from './http/call-patiently.ts'
export type { Patience } from './http/call-patiently.ts'
export { askAgainUntil } from './http/ask-again-until.ts'
export { linesOf } from './lines-of.ts'
export { processEnvironment } from './process/process-environment.ts'
export { giveInput, ProcessKeeper } from './process/process-keeper.ts'
export type { KeeperOptions, RunOptions, StartedProcess } from './process/process-keeper.ts'
export { MARK_VARIABLE } from './process/process-table.ts'
export { PROCESS_RUNNER, PROCESS_RUNNER_TYPE, processRunner } from './process/process-runner.ts'
export { LINE_CHARS_MAX, MESSAGE_CHARS_MAX, readLines } from './process/read-lines.ts'
export { kindOfAddress } from './egress/address-kind.ts'
export type { AddressKind } from './egress/address-kind.ts'
export { newEgress, parseNetwork } from './egress/egress.ts'
export type { Egress, FindAddresses } from './egress/egress.ts'
export { egressRulesOf, OPEN_EGRESS } from './egress/egress-rules.ts'
export type { EgressRules, EgressSettings } from './egress/egress-rules.ts'
export { definePart } from './part.ts'
export type { PartDefinition } from './part.ts'
export { manifestTypeOf } from './manifest-type.ts'
export type { ManifestType } from './manifest-type.ts'
export { p } from './property.ts'
export type { Presence, Property, PropertyKind, PropertySpec, Rendered, Shape } from './property.ts'
export { schemaOf } from './property-schema.ts'
export type { JsonSchema, TypeSchema } from './property-schema.ts'
export { HOST_LIMITS, keyText, SCRIPT_SETTINGS, SOURCE_RUN } from './protocol.ts'
export type {
  AskRequest,
  FromHost,
  HostInit,
  HostJob,
  HostLimits,
  Isolation,
  JobKey,
  LogLine,
  Metric,
  Outcome,
  SourceOfJob,
  ScriptLimits,
  ScriptSettings,
  ToHost,
} from './protocol.ts'
export type { Renderer } from './renderer.ts'
export { fromRows, parseRow, readRows, writeRows } from './rows.ts'
export type { StoredRows } from './rows.ts'
export { TaskStopped } from './run-context.ts'
export type {
  FileName,
  LogLevel,
  Logger,
  Metrics,
  Ports,
  RunContext,
  RunnerFacts,
  StopReason,
  Tags,
  TaskFiles,
  WorkingDir,
} from './run-context.ts'
export { DOCKER_RUNNER_TYPE } from './scripts/choose-runner.ts'
export { findOnPath } from './scripts/find-on-path.ts'
export type { Found } from './scripts/find-on-path.ts'
export {
  listenTo,
  quoteForShell,
  renderCommands,
  renderScript,
  runScript,
  writeScriptFile,
  writeTaskFiles,
} from './scripts/run-script.ts'
export type { Listening, MakeCommands, ScriptProps, Session } from './scripts/run-script.ts'
export { ScriptMessages } from './scripts/script-messages.ts'
export { SCRIPT_OUTPUTS, scriptProperties, SHELL } from './scripts/script-properties.ts'
export { sealSecrets } from './seal-secrets.ts'
export type { Sealing } from './seal-secrets.ts'
export { defineSecretStore } from './secret-store.ts'
export type { SecretStore, SecretStoreDefinition } from './secret-store.ts'
export { SecretMask } from './secret-mask.ts'
export { BombGuard } from './bomb-guard.ts'
export { snappyCompress, snappyDecompress } from './snappy.ts'
export { Ending, defineTask, defineTaskFile, endingOf } from './task.ts'
export type {
  Example,
  MetricDescription,
  OutputDescription,
  TaskDefinition,
  TaskOutputs,
  TaskReturn,
  TypeDescription,
} from './task.ts'
export { stageTaskFile, type TaskFileCode } from './task-files/stage-task-file.ts'
export { TaskError, messageOf, outputsOfError } from './task-error.ts'
export type { TaskErrorOptions } from './task-error.ts'
export { defineTaskRunner } from './task-runner.ts'
export type { Command, CommandResult, OutputLine, TaskRunnerDefinition, WarmProgram } from './task-runner.ts'
export { createTemplateRenderer } from './template-renderer.ts'
export type { TemplateRendererOptions } from './template-renderer.ts'
export { createTestRunContext, runPoll, runTask } from './testkit/test-run.ts'
export type { PollOptions, PollResult, TestOptions, TestResult, TestRun } from './testkit/test-run.ts'
export { POLL_MARK, PollFound, definePollingTrigger, defineRealtimeTrigger, outputsOfPoll } from './trigger.ts'
export type {
  EmitEvents,
  EmitFound,
  PollingTriggerDefinition,
  RealtimeTriggerDefinition,
  TriggerDefinition,
} from './trigger.ts'
