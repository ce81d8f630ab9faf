// What database plugins share: how SQL is taken apart, how a task reaches its database, what becomes of rows and values, and the tasks Query,
// Queries, Batch and Trigger themselves. A plugin says what its database is like (`Database`) and how one statement is run (`Connection`).
export { findZone, zoneOffsetMs } from '@batuta/ion'
export type { Zone } from '@batuta/ion'
export { openInput } from './batch/open-input.ts'
export { pause } from './batch/pause.ts'
export { ClientPool, holdBySocket } from './connection/client-pool.ts'
export type { ClientCare, PoolRequest } from './connection/client-pool.ts'
export { BadRow } from './connection/connection.ts'
export type {
  Answer,
  BatchDoor,
  Connection,
  Database,
  Door,
  OpenedFor,
  Portion,
  PreparedBatch,
  Reading,
  RowSource,
  TaskKind,
  TransactionOptions,
} from './connection/connection.ts'
export {
  credentialProperties,
  poollessProperties,
  poolProperties,
  renderCredentials,
  renderPoolSize,
  urlProperty,
} from './connection/connection-properties.ts'
export type { Credentials } from './connection/connection-properties.ts'
export { cannotConnect, codeOf, networkReason, TransientError } from './connection/describe-failure.ts'
export type { Place } from './connection/describe-failure.ts'
export { firstHost, isOn, parseJdbcUrl, parseParameters, refusal } from './connection/jdbc-url.ts'
export type { Host, JdbcUrl, UrlRules } from './connection/jdbc-url.ts'
export { loadClient } from './connection/load-client.ts'
export type { ClientPackage } from './connection/load-client.ts'
export { bindNamedParameters, placeText } from './syntax/named-parameters.ts'
export type { BoundStatement, Placing } from './syntax/named-parameters.ts'
export { numberPlaceholders, splitAtPlaceholders } from './syntax/placeholders.ts'
export { quoteExact, quoteWritten } from './syntax/quote-name.ts'
export { codeSpans } from './syntax/scan-sql.ts'
export { splitStatements } from './syntax/split-statements.ts'
export { POSTGRESQL, STANDARD } from './syntax/sql-syntax.ts'
export type { SqlSyntax } from './syntax/sql-syntax.ts'
export { defineBatch } from './tasks/define-batch.ts'
export { defineQueries } from './tasks/define-queries.ts'
export { defineQuery } from './tasks/define-query.ts'
export { defineTrigger } from './tasks/define-trigger.ts'
export {
  getZone,
  localText,
  momentAt,
  offsetText,
  readDate,
  readMoment,
  readTime,
  readTimestamp,
} from './values/moments.ts'
export { readAny, readBytes, readDecimal, readDouble, readInteger, readJson } from './values/read-value.ts'
export { tablePortion, tableRows } from './values/table-portion.ts'
export { driverValue, hexOf, literalText, quoteText } from './values/write-value.ts'
export type { DriverValue, LiteralStyle } from './values/write-value.ts'
export {
  askJson,
  askText,
  basicAuthorization,
  decodeRows,
  httpRefusal,
  listIn,
  mapIn,
  openHttp,
  textIn,
  tryJson,
} from './http/http-session.ts'
export type { HttpAnswer, HttpAsk, HttpPlace, HttpSession } from './http/http-session.ts'
export { linesOfBytes } from './http/lines-of-bytes.ts'
export { RowQueue } from './connection/row-queue.ts'
export { wholeBatch } from './batch/whole-batch.ts'
