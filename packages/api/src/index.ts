export { ApiError, createClient, urlOf } from './client.ts'
export type { Call, Client, ClientOptions, Transport, TransportInit, TransportReply } from './client.ts'
export { readEvents } from './events.ts'
export type { ByteStream, ServerEvent } from './events.ts'
export { TOPICS_MAX } from './live.ts'
export { describeApi } from './open-api.ts'
export type { OpenApi } from './open-api.ts'
export type {
  BodySpec,
  Guard,
  Method,
  NamespaceFrom,
  Paths,
  Permission,
  ReplySpec,
  Route,
  RouteParts,
} from './route.ts'
export { routes } from './routes.ts'
export type { Routes } from './routes.ts'
export { PAGE_SIZE_MAX } from './shapes.ts'
export { SIGN_IN_FAILURES } from './sign-in.ts'
export type { SignInFailure } from './sign-in.ts'
export type { ErrorDocument, ExecutionDocument, FlowDocument, LogDocument, ViolationDocument } from './shapes.ts'
