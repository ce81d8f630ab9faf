export { assert, AssertionError, unreachable } from './std/assert.ts'
export { decodeBase64, encodeBase64 } from './std/base64.ts'
export { BatutaError, ERROR_CODES, ExpressionError } from './std/errors.ts'
export type { ErrorCode, ExpressionErrorDetails, ExpressionErrorKind } from './std/errors.ts'
export {
  Bytes,
  DateTime,
  Decimal,
  Double,
  Float,
  isInteger,
  isList,
  isMap,
  isNumber,
  isTruthyText,
  mapEntries,
  mapFrom,
  mapGet,
  mapHas,
  mapKeys,
  mapSize,
  toDouble,
  toInteger,
} from './std/value.ts'
export type { DateTimeType, Value, ValueMap } from './std/value.ts'
export { decodeFirstValue, decodeValue, encodeValue } from './std/value-json.ts'
export { fromPlain, toPlain } from './std/value-plain.ts'
export { jsonText, plainText, printValue } from './std/value-text.ts'
export { formatDuration, parseDuration } from './std/duration.ts'
export type { Diagnostic } from './std/diagnostic.ts'
export { findZone, zoneOffsetMs } from './std/zone.ts'
export type { Zone } from './std/zone.ts'
export { createCatalogue } from './flow/catalogue.ts'
export type { Catalogue, KnownType, ResolvedType, TypeKind, TypeManifest, TypeProperty } from './flow/catalogue.ts'
export type {
  Concurrency,
  Dialect,
  Flow,
  Input,
  InputType,
  Label,
  Listener,
  LogLevel,
  Output,
  PluginDefault,
  Retry,
  Task,
  TaskLists,
  Trigger,
} from './flow/flow.ts'
export { parseFlow, readFlow } from './flow/parse.ts'
export type { FlowDraft, ParsedFlow, ParseOptions } from './flow/parse.ts'
export type { Position, Positions } from './flow/positions.ts'
export { FLOW_SIZE_MAX, splitDocuments } from './flow/yaml.ts'
export { parseCron } from './trigger/cron.ts'
export type { Cron, CronParse } from './trigger/cron.ts'
export { nextCronDate, previousCronDate } from './trigger/cron-date.ts'
export { inputsForRendering, resolveInputs } from './flow/inputs.ts'
export type { InputContext, InputProblem, ResolvedInput, ResolvedInputs } from './flow/inputs.ts'
export { ENCRYPTED_TYPE, isEncrypted } from './flow/input-value.ts'
export { resolveOutputs } from './flow/outputs.ts'
export type { OutputContext, OutputProblem, ResolvedOutputs } from './flow/outputs.ts'
export { Asked } from './expression/asked.ts'
export type { Request } from './expression/asked.ts'
export { checkTemplate } from './expression/check.ts'
export type { TemplateFinding } from './expression/check.ts'
export type { Need } from './expression/definition.ts'
export { Fuel } from './expression/fuel.ts'
export type { FuelLimits } from './expression/fuel.ts'
export { javaClassName } from './expression/java-class.ts'
export { evaluateAsync, renderAsync } from './expression/render-async.ts'
export type { Ask, Renderable } from './expression/render-async.ts'
export { compileDeep, renderDeep } from './expression/render-deep.ts'
export type { CompiledValue, DeepOptions } from './expression/render-deep.ts'
export type { Scope } from './expression/scope.ts'
export { compileTemplate, renderRecursively } from './expression/template.ts'
export type { CompiledTemplate, CompileOptions } from './expression/template.ts'
