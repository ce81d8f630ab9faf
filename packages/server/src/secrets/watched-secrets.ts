// What was read of secrets while something is prepared or evaluated, so that nothing of it is kept in the clear.
import { BatutaError, openedForm, printValue, type Ask, type TurnSecrets, type Value } from '@batuta/core'
import { SecretMask } from '@batuta/plugin-sdk'

export interface SecretKey {
  encrypt?(plain: string): Value
  decrypt?(cipher: string): string
}

export class WatchedSecrets implements TurnSecrets {
  readonly #key: SecretKey
  readonly #mask = new SecretMask()

  constructor(key: SecretKey) {
    this.#key = key
  }

  get isEmpty(): boolean {
    return this.#mask.isEmpty
  }

  open(cipher: string): Value {
    const { decrypt } = this.#key
    if (!decrypt)
      throw new BatutaError('config-invalid', 'No encryption key is configured, so that this cannot be read.')
    const value = openedForm(decrypt(cipher))
    this.#mask.add(printValue(value))
    return value
  }

  add(secret: string): void {
    this.#mask.add(secret)
  }

  hides(text: string): boolean {
    return this.#mask.hides(text)
  }

  hidesNumber(value: Value): boolean {
    return this.#mask.hidesNumber(value)
  }

  mask(text: string): string {
    return this.#mask.apply(text)
  }

  /** @throws {BatutaError} where there is no key: a secret is not kept in the clear. */
  seal(text: string): Value {
    const sealed = this.#key.encrypt?.(text)
    if (sealed !== undefined) return sealed
    throw new BatutaError(
      'config-invalid',
      'This would keep a secret, and secrets are kept encrypted only: configure a key (kestra.encryption.secret-key, base64 of 32 bytes) and restart the server.',
    )
  }

  /** The same answers; the secrets among them are remembered. */
  watch(ask: Ask): Ask {
    return async request => {
      const value = await ask(request)
      if (request.name === 'secret') this.#addAll(value)
      return value
    }
  }

  #addAll(value: Value): void {
    if (value === null || typeof value !== 'object') this.add(printValue(value))
    else for (const item of Object.values(value)) this.#addAll(item)
  }
}
