// What is kept encrypted beside the secrets themselves: the data keys of namespaces, wrapped, and the values that tokens stand for. Beside them the
// policies, which say what flows may be.
import type { KeyKey } from './store.ts'

/** A key that rows of one namespace are encrypted with, itself encrypted under a key that stands outside of the database. */
export interface DataKeyRow {
  /** By chance: it stands in every text that was encrypted with it. */
  readonly id: string
  readonly tenant: string
  readonly namespace: string
  /** rows: encrypts secrets and values of tokens; retired: did so, and only opens; tokens: makes the tokens themselves, and stays for ever. */
  readonly purpose: 'rows' | 'retired' | 'tokens'
  /** Which of the outer keys wraps it. */
  readonly kid: string
  readonly wrapped: string
  readonly createdMs: number
}

export interface TokenKey {
  readonly tenant: string
  readonly namespace: string
  readonly token: string
}

/** What a token stands for. */
export interface TokenRow extends TokenKey {
  readonly kind: string
  readonly cipher: string
  readonly createdMs: number
}

export interface PolicyKey {
  /** Empty: of all tenants. */
  readonly tenant: string
  /** Empty: of all namespaces. */
  readonly namespace: string
  readonly id: string
}

export interface PolicyRow extends PolicyKey {
  /** JSON. */
  readonly body: string
  readonly createdMs: number
  readonly updatedMs: number
}

export interface SealedOperations {
  /** One of that id stays as it is. */
  addDataKey: { readonly args: DataKeyRow; readonly result: null }
  /** Only over what it was; false when it is something else by now. */
  rewrapDataKey: {
    readonly args: Pick<DataKeyRow, 'id' | 'purpose' | 'kid' | 'wrapped'> & { readonly expected: string }
    readonly result: boolean
  }
  /** The same secret, encrypted otherwise; false when another one was saved meanwhile. */
  resealSecret: {
    readonly args: KeyKey & { readonly cipher: string; readonly expected: string }
    readonly result: boolean
  }
  /** Those that are there stay as they are. */
  saveTokens: { readonly args: { readonly rows: readonly TokenRow[] }; readonly result: null }
  resealToken: {
    readonly args: TokenKey & { readonly cipher: string; readonly expected: string }
    readonly result: boolean
  }
  /** Of one namespace, made before; tells how many went. */
  purgeTokens: {
    readonly args: { readonly tenant: string; readonly namespace: string; readonly beforeMs: number }
    readonly result: number
  }
  /** Puts what was there in its place, and keeps when it was made. */
  savePolicy: { readonly args: PolicyRow; readonly result: null }
  deletePolicy: { readonly args: PolicyKey; readonly result: boolean }
}

export interface SealedReads {
  /** All there are: the oldest first. */
  listDataKeys(): Promise<readonly DataKeyRow[]>
  findToken(key: TokenKey): Promise<TokenRow | undefined>
  /** Of all tenants, by tenant, namespace and token, after the key given. */
  listTokens(after: TokenKey, limit: number): Promise<readonly TokenRow[]>
  /** All there are, by tenant, namespace and id. */
  listPolicies(): Promise<readonly PolicyRow[]>
}
