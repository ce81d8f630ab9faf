// Managers of secrets elsewhere – a vault, a cloud – as a plugin brings them. Secrets are looked up when a template asks, and never kept.
import type { Rendered, Shape } from './property.ts'
import type { TypeDescription } from './task.ts'

export interface SecretStore {
  /** Undefined when it has none of that name for that very namespace: those above are asked one by one. */
  find(namespace: string, key: string): Promise<string | undefined>
  /** The names, where the manager can tell; only they are ever shown. */
  list?(namespace: string): Promise<readonly string[]>
  close?(): Promise<void>
}

export interface SecretStoreDefinition<S extends Shape = Shape> extends SecretStoreBody<S> {
  readonly kind: 'secret store'
}

export interface SecretStoreBody<S extends Shape> extends TypeDescription<S> {
  open(props: Rendered<S>): Promise<SecretStore>
}

export function defineSecretStore<S extends Shape>(definition: SecretStoreBody<S>): SecretStoreDefinition<S> {
  return { ...definition, kind: 'secret store' }
}
