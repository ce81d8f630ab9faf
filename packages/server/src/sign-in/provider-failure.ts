// What goes wrong at an identity provider, in our words: who was sent away, who does not answer, whose answer cannot be believed.
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
    return new SignInError(code, `"${provider}" says ${error.error}.`, error)
  }
  if (error instanceof ResponseBodyError) {
    const code = error.error === 'invalid_grant' ? 'answer-invalid' : 'misconfigured'
    return new SignInError(code, `"${provider}" says ${error.error} to the code.`, error)
  }
  const detail = error instanceof Error ? `"${provider}": ${error.message}.` : `"${provider}".`
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
