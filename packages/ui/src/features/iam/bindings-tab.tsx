import { useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { flagParam, textParam, useSearchState } from '../../lib/search-state.ts'
import { ActButton } from '../../widgets/act-button.tsx'
import { TypedConfirm } from '../../widgets/typed-confirm.tsx'
import type { Column } from '../../widgets/table.tsx'
import { AccessList } from './access-list.tsx'
import { BindingDialog } from './binding-dialog.tsx'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { SubjectOfBinding, subjectName } from './subject-of-binding.tsx'
import { useBindings, type Binding } from './use-access.ts'
import { useDeleteBinding } from './use-binding.ts'
import { Badge } from './who.tsx'

const PARAMS = { q: textParam, new: flagParam }

export function BindingsTab(): ReactNode {
  const [{ q = '', new: isNew }, setSearch] = useSearchState(PARAMS)
  const [doomed, setDoomed] = useState<Binding | undefined>(undefined)
  const query = useBindings({ q })
  const mayNot = useMay()
  const remove = useDeleteBinding()
  return (
    <>
      <AccessList
        label={t('bindings')}
        query={query}
        columns={columnsOf(mayNot('BINDING:DELETE'), setDoomed)}
        rowKey={({ id }) => id}
        rowLabel={subjectName}
        card={binding => <Card binding={binding} onTake={() => setDoomed(binding)} />}
        search={{
          q,
          hint: t('searchBindings'),
          onSearch: text => setSearch({ q: text || undefined }, { replace: true }),
        }}
        creation={{ title: t('giveRole'), why: mayNot('BINDING:CREATE'), run: () => setSearch({ new: true }) }}
        nothing={{ icon: 'link', title: t('noBindings'), text: t('noBindingsText') }}
      />
      {isNew && <BindingDialog onClose={() => setSearch({ new: false })} />}
      {doomed && (
        <TypedConfirm
          title={t('takeTitle', { name: subjectName(doomed), role: doomed.role.name })}
          action={t('takeAway')}
          onClose={() => setDoomed(undefined)}
          onConfirm={() => {
            setDoomed(undefined)
            remove.mutate(doomed.id)
          }}
        >
          <p>{t('takeText')}</p>
        </TypedConfirm>
      )}
    </>
  )
}

function columnsOf(why: string | undefined, onTake: (binding: Binding) => void): readonly Column<Binding>[] {
  return [
    { id: 'who', title: t('who'), cell: binding => <SubjectOfBinding binding={binding} /> },
    {
      id: 'role',
      title: t('role'),
      cell: ({ role, isDeny }) => (
        <span className={classes['badges']}>
          {isDeny === true && <Badge look="bad">{t('denies')}</Badge>}
          <Link to={paths.access('roles', role.id)}>{role.name}</Link>
        </span>
      ),
    },
    { id: 'where', title: t('where'), cell: ({ namespace }) => namespace ?? t('everywhere') },
    {
      id: 'take',
      title: '',
      width: '110px',
      align: 'end',
      cell: binding => (
        <ActButton size="compact-sm" why={why} onClick={() => onTake(binding)}>
          {t('takeAway')}
        </ActButton>
      ),
    },
  ]
}

function Card({ binding, onTake }: { readonly binding: Binding; readonly onTake: () => void }): ReactNode {
  const why = useMay()('BINDING:DELETE')
  return (
    <span className={classes['card']}>
      <span className={classes['cardLine']}>
        <SubjectOfBinding binding={binding} />
        <ActButton size="compact-sm" why={why} onClick={onTake}>
          {t('takeAway')}
        </ActButton>
      </span>
      <span className={classes['cardLine']}>
        <span className={classes['muted']}>
          {binding.isDeny === true && `${t('denies')} `}
          {binding.role.name} · {binding.namespace ?? t('everywhere')}
        </span>
      </span>
    </span>
  )
}
