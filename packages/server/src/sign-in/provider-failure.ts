// What goes wrong at an identity provider, in our words: who was sent away, who does not answer, whose answer cannot be believed.
import { BatutaError } from '@batuta/core'
import { loadOidcLibrary, loadSignatures } from './oidc-library.ts'
import { SignInError } from './sign-in-error.ts'

const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
])
const CALLED_OFF: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'interaction_required',
  'consent_required',
])

export async function asSignInError(error: unknown, provider: string): Promise<SignInError> {
  if (error instanceof SignInError) return error
  const { AuthorizationResponseError, ResponseBodyError, ClientError } = await loadOidcLibrary()
  const { errors } = await loadSignatures()
  if (error instanceof AuthorizationResponseError) {
    const code = CALLED_OFF.has(error.error) ? 'denied' : 'provider-refused'
    return new SignInError(code, `"${provider}" says ${toldBy(error)}.`, error)
  }
  if (error instanceof ResponseBodyError) {
    const code = error.error === 'invalid_grant' ? 'answer-invalid' : 'misconfigured'
    return new SignInError(code, `"${provider}" says ${toldBy(error)} to the code.`, error)
  }
  const detail = `"${provider}": ${messagesOf(error).join(': ')}.`
  // The library wraps what it does not know.
  if ((error instanceof Error ? error.cause : undefined) instanceof BatutaError || error instanceof BatutaError)
    return new SignInError('misconfigured', detail, error)
  if (error instanceof TypeError || error instanceof errors.JWKSTimeout || isOurTimeout(error))
    return new SignInError('provider-unreachable', detail, error)
  if (error instanceof ClientError && UNREACHABLE.has(error.code))
    return new SignInError('provider-unreachable', detail, error)
  return new SignInError('answer-invalid', detail, error)
}

/** `fetch` gives up with the reason of its signal. */
function isOurTimeout(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')
}

const DEPTH_MAX = 5
const TOLD_LENGTH_MAX = 200

/** The words alone: what else the library hangs on its errors – answers, claims, tokens – is nothing for a log. */
function messagesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > DEPTH_MAX) return []
  return [error.message, ...messagesOf(error.cause, depth + 1)]
}

/** The provider's own words, on one line. */
function toldBy({
  error,
  error_description: more,
}: {
  readonly error: string
  readonly error_description?: string | undefined
}): string {
  const told = more === undefined ? error : `${error} (${more})`
  return told.replaceAll(/[^\P{C}]+/gu, ' ').slice(0, TOLD_LENGTH_MAX)
}
