export { convertValue } from './convert-value.ts'
export { defineFileStore } from './files/file-store.ts'
export type { FileEntry, FileSource, FileStore, FileStoreDefinition } from './files/file-store.ts'
export { bindProperties, renderAll } from './lazy-properties.ts'
export type { LazyProperties, LazyProperty } from './lazy-properties.ts'
export { parseDuration } from './parse-duration.ts'
export { p } from './property.ts'
export type { Presence, Property, PropertyKind, PropertySpec, Rendered, Shape } from './property.ts'
export { schemaOf } from './property-schema.ts'
export type { JsonSchema, TypeSchema } from './property-schema.ts'
export { HOST_LIMITS, keyText } from './protocol.ts'
export type {
  AskRequest,
  FromHost,
  HostInit,
  HostJob,
  HostLimits,
  JobKey,
  LogLine,
  Metric,
  Outcome,
  ToHost,
} from './protocol.ts'
export { TaskStopped } from './run-context.ts'
export type {
  FileName,
  Logger,
  LogLevel,
  Metrics,
  Ports,
  RunContext,
  StopReason,
  Tags,
  TaskFiles,
  WorkingDir,
} from './run-context.ts'
export { defineTask, Ending } from './task.ts'
export type {
  Example,
  MetricDescription,
  OutputDescription,
  TaskDefinition,
  TaskOutputs,
  TaskReturn,
  TypeDescription,
} from './task.ts'
export { messageOf, TaskError } from './task-error.ts'
export type { TaskErrorOptions } from './task-error.ts'
export { defineTaskRunner } from './task-runner.ts'
export type { Command, CommandResult, OutputLine, TaskRunnerDefinition } from './task-runner.ts'
export { definePollingTrigger, defineRealtimeTrigger } from './trigger.ts'
export type { EmitEvents, PollingTriggerDefinition, RealtimeTriggerDefinition, TriggerDefinition } from './trigger.ts'
