// How people sign in here, as the server is configured: nothing is changed here, and no secret is shown.
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { useMay } from '../../lib/access/use-may.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard, messageOf } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import facts from '../administration/fact-list.module.css'
import { Box } from './box.tsx'
import classes from './iam.module.css'
import { t } from './sign-in-messages.ts'
import { Badge } from './who.tsx'

type SignIn = Awaited<ReturnType<typeof api.instance.signIn>>
type Provider = SignIn['providers'][number]
type GroupRules = Provider['groups']
type Newcomers = SignIn['newcomers']

const WAYS = ['password', 'oidc', 'ldap', 'proxy'] as const

export function SignInTab(): ReactNode {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['instance', 'sign-in'],
    queryFn: ({ signal }) => api.instance.signIn({ signal }),
  })
  if (error) return <ErrorCard title={t('failed')} error={error} onRetry={() => void refetch()} />
  if (isPending) return <SkeletonRows rows={8} />
  const { providers, directory, proxy } = data
  const isAlone = providers.length === 0 && !directory && !proxy
  return (
    <div className={classes['view']}>
      <div>
        <p className={classes['muted']}>{t('text')}</p>
        <Link to={paths.docs('single-sign-on')}>{t('docs')}</Link>
      </div>
      <Ways signIn={data} />
      {isAlone && <Empty icon="key" title={t('none')} text={t('noneText')} />}
      {providers.map(provider => (
        <ProviderBox key={provider.id} provider={provider} />
      ))}
      {directory && <DirectoryBox directory={directory} />}
      {proxy && <ProxyBox proxy={proxy} />}
    </div>
  )
}

function Ways({ signIn: { ways, url, newcomers } }: { readonly signIn: SignIn }): ReactNode {
  return (
    <Box title={t('ways')}>
      <dl className={facts['facts']}>
        {WAYS.map(way => (
          <Fact key={way} name={t(way)}>
            {ways.includes(way) ? <Badge look="good">{t('isOn')}</Badge> : <Badge>{t('isOff')}</Badge>}
          </Fact>
        ))}
        <Fact name={t('address')}>
          {url === undefined ? (
            <>
              {t('noAddress')}
              <div className={classes['muted']}>{t('setAddress')}</div>
            </>
          ) : (
            <code>{url}</code>
          )}
        </Fact>
        <Fact name={t('newcomers')}>{newcomersText(newcomers)}</Fact>
      </dl>
    </Box>
  )
}

function newcomersText({ areCreated, role }: Newcomers): string {
  if (!areCreated) return t('areNotMade')
  return role === undefined ? t('areMade') : t('withRole', { role })
}

function ProviderBox({ provider }: { readonly provider: Provider }): ReactNode {
  const { id, title, isUsed, issuer, clientId, hasSecret, authMethod } = provider
  const mayNot = useMay()
  const check = useMutation({ mutationFn: () => api.instance.checkProvider({ params: { provider: id } }) })
  return (
    <Box
      title={t('provider', { title })}
      action={
        <ActButton
          why={mayNot('INSTANCE:UPDATE') ?? (isUsed ? undefined : t('unused'))}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {t('check')}
        </ActButton>
      }
    >
      <div role="status">
        {check.data && <Verdict said={check.data} />}
        {check.error && <span className={classes['muted']}>{messageOf(check.error)}</span>}
      </div>
      <dl className={facts['facts']}>
        <Fact name={t('issuer')}>
          <code>{issuer}</code>
        </Fact>
        <Fact name={t('client')}>
          <code>{clientId}</code>{' '}
          <span className={classes['muted']}>
            {hasSecret ? t('withSecret', { method: authMethod }) : t('withoutSecret')}
          </span>
        </Fact>
        <Copied name={t('callback')} text={provider.callbackUrl} />
        <Copied name={t('backchannel')} text={provider.logoutUrl} />
        <ProviderRules provider={provider} />
      </dl>
    </Box>
  )
}

function ProviderRules({ provider }: { readonly provider: Provider }): ReactNode {
  const { scopes, claims, required, parameters, groups, newcomers, sessionEnds, signsOutThere } = provider
  const session = [t(sessionEnds === 'token' ? 'token' : 'own'), ...(signsOutThere ? [t('endsThere')] : [])]
  return (
    <>
      <Fact name={t('scopes')}>
        <code>{scopes.join(' ')}</code>
      </Fact>
      <Fact name={t('claims')}>
        <Pairs pairs={Object.entries(claims)} />
      </Fact>
      {Object.keys(required).length > 0 && (
        <Fact name={t('required')}>
          <Pairs pairs={Object.entries(required).map(([name, values]) => [name, values.join(', ')])} />
        </Fact>
      )}
      {parameters.length > 0 && (
        <Fact name={t('parameters')}>
          <code>{parameters.join(' ')}</code>
        </Fact>
      )}
      <Fact name={t('groups')}>
        <Groups groups={groups} />
      </Fact>
      <Fact name={t('newcomers')}>{newcomersText(newcomers)}</Fact>
      <Fact name={t('session')}>{session.join('; ')}</Fact>
    </>
  )
}

function Verdict({ said }: { readonly said: Awaited<ReturnType<typeof api.instance.checkProvider>> }): ReactNode {
  return (
    <Badge look={said.isWell ? 'good' : 'bad'}>
      <Icon name={said.isWell ? 'check' : 'warning'} size={14} />
      {said.isWell ? t('isWell', { issuer: said.issuer ?? '' }) : t('isIll', { message: said.message ?? '' })}
    </Badge>
  )
}

function DirectoryBox({ directory }: { readonly directory: NonNullable<SignIn['directory']> }): ReactNode {
  const { url, startsTls, bindDn, hasPassword, userBase, userFilter, groupBase, groups, isUsed } = directory
  return (
    <Box title={t('directory')} action={!isUsed && <Badge look="warn">{t('unused')}</Badge>}>
      <dl className={facts['facts']}>
        <Fact name={t('server')}>
          <code>{url}</code> {startsTls && <span className={classes['muted']}>{t('startsTls')}</span>}
        </Fact>
        <Fact name={t('bind')}>
          {bindDn === undefined ? t('bindNobody') : <code>{bindDn}</code>}{' '}
          {hasPassword && <span className={classes['muted']}>{t('hasPassword')}</span>}
        </Fact>
        <Fact name={t('users')}>
          <code>
            {userBase} {userFilter}
          </code>
        </Fact>
        {groupBase !== undefined && (
          <Fact name={t('groupSearch')}>
            <code>{groupBase}</code>
          </Fact>
        )}
        <Fact name={t('groups')}>
          <Groups groups={groups} />
        </Fact>
      </dl>
    </Box>
  )
}

function ProxyBox({ proxy }: { readonly proxy: NonNullable<SignIn['proxy']> }): ReactNode {
  const { from, headers, groups, signOutUrl, isUsed } = proxy
  return (
    <Box title={t('trustedProxy')} action={!isUsed && <Badge look="warn">{t('unused')}</Badge>}>
      <dl className={facts['facts']}>
        <Fact name={t('from')}>
          <code>{from.join(' ')}</code>
        </Fact>
        <Fact name={t('headers')}>
          <Pairs pairs={Object.entries(headers)} />
        </Fact>
        <Fact name={t('groups')}>
          <Groups groups={groups} />
        </Fact>
        {signOutUrl !== undefined && (
          <Fact name={t('signOut')}>
            <code>{signOutUrl}</code>
          </Fact>
        )}
      </dl>
    </Box>
  )
}

function Groups({ groups: { isByName, table, admins } }: { readonly groups: GroupRules }): ReactNode {
  const pairs = Object.entries(table).map(([there, here]) => [there, here.join(', ')] as const)
  if (!isByName && pairs.length === 0 && admins === undefined) return t('noGroups')
  return (
    <>
      {isByName && <div>{t('byName')}</div>}
      <Pairs pairs={pairs} />
      {admins && <div>{t('admins', { groups: admins.join(', ') })}</div>}
    </>
  )
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }): ReactNode {
  return pairs.map(([name, value]) => (
    <div key={name}>
      <code>{name}</code> → <code>{value}</code>
    </div>
  ))
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Copied({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  return (
    <Fact name={name}>
      <code>{text}</code> <CopyButton text={text} />
    </Fact>
  )
}
