// The tokens of somebody, a line for each: what it begins with, until when it lasts, when it was used last, what it is for.
import { useState, type ReactNode } from 'react'
import { useMay, type MayNot } from '../../lib/access/use-may.ts'
import { useMe } from '../../lib/access/use-me.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Skeleton } from '../../widgets/skeleton.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { tellScopes } from './tell-scopes.ts'
import { TokenDialog } from './token-dialog.tsx'
import type { Token } from './use-access.ts'
import { useRevokeToken, useTokens, type TokenOwner } from './use-tokens.ts'
import { Badge } from './who.tsx'

export function TokenLines({ of }: { readonly of: TokenOwner }): ReactNode {
  const { data, error, refetch } = useTokens(of)
  const [isNew, setNew] = useState(false)
  const [doomed, setDoomed] = useState<Token | undefined>(undefined)
  const whyNoNew = whyNoToken(of, useMay(), useMe().data?.isOpen === true)
  const revoke = useRevokeToken(of)
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height="2rem" />
  return (
    <>
      {data.results.length === 0 && <p className={classes['muted']}>{t('noTokens')}</p>}
      <ul className={classes['lines']}>
        {data.results.map(token => (
          <li key={token.id}>
            <Icon name="key" />
            <TokenText token={token} />
            <ActButton size="compact-sm" onClick={() => setDoomed(token)}>
              {t('revoke')}
            </ActButton>
          </li>
        ))}
      </ul>
      <div className={classes['foot']}>
        <ActButton
          size="compact-sm"
          why={whyNoNew}
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setNew(true)}
        >
          {t('newToken')}
        </ActButton>
      </div>
      {isNew && <TokenDialog owner={of} onClose={() => setNew(false)} />}
      {doomed && (
        <RevokeDialog
          token={doomed}
          onClose={() => setDoomed(undefined)}
          onRevoke={() => {
            setDoomed(undefined)
            revoke.mutate(doomed)
          }}
        />
      )}
    </>
  )
}

function whyNoToken(of: TokenOwner, mayNot: MayNot, isOpen: boolean): string | undefined {
  switch (of.kind) {
    case 'me':
      return isOpen ? t('noOwnTokens') : undefined
    case 'user':
      return mayNot('TOKEN:CREATE')
    case 'account':
      return mayNot('SERVICE_ACCOUNT:UPDATE')
  }
}

export function TokenText({ token }: { readonly token: Token }): ReactNode {
  const { name, prefix, exp, lastUsed, expired, extended, scopes } = token
  return (
    <span className={classes['lineText']}>
      <span className={classes['badges']}>
        <span className={classes['strong']}>{name}</span>
        <code className={classes['muted']}>{prefix}…</code>
        {expired && <Badge look="bad">{t('isExpired')}</Badge>}
      </span>
      <span className={`${classes['muted']} ${classes['small']}`}>
        {exp === undefined ? t('neverExpires') : <Until iso={exp} isOver={expired} />}
        {extended && `, ${t('extendedShort')}`} ·{' '}
        {lastUsed === undefined ? (
          t('neverUsed')
        ) : (
          <>
            {t('lastUsed')} <Timestamp atMs={Date.parse(lastUsed)} isRelative />
          </>
        )}{' '}
        · {tellScopes(scopes)}
      </span>
    </span>
  )
}

function Until({ iso, isOver }: { readonly iso: string; readonly isOver: boolean }): ReactNode {
  return (
    <>
      {t(isOver ? 'expiredAt' : 'expiresAt')} <Timestamp atMs={Date.parse(iso)} isRelative />
    </>
  )
}

export interface RevokeDialogProps {
  readonly token: Token
  readonly onRevoke: () => void
  readonly onClose: () => void
}

export function RevokeDialog({ token, onRevoke, onClose }: RevokeDialogProps): ReactNode {
  return (
    <TypedConfirm
      title={t('revokeTitle', { name: token.name })}
      action={t('revoke')}
      onClose={onClose}
      onConfirm={onRevoke}
    >
      <p>{t('revokeText')}</p>
    </TypedConfirm>
  )
}
