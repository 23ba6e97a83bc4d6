import type { FoundCluster } from '../../../providers/provider.ts';
import type { ClusterRequest } from '../../frontend.ts';
import type { Moment } from '../../session/view-model.ts';
import { counted } from '../../text/counts.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import {
  pressSelect,
  selectAt,
  selectHints,
  selectLines,
  selectRows,
  type SelectItem,
  type SelectState,
} from '../components/select-list.ts';
import { spinnerCell } from '../components/spinner.ts';
import type { Frame } from '../frame.ts';
import { isSign } from '../keys.ts';
import { columnOf, type LineCells } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import type { Drawn, Screen } from '../screen.ts';

export interface WhereRequest extends Pick<ClusterRequest, 'recipe' | 'canGoBack'> {
  /** When the search began. */
  since: Moment;
}

export interface WhereState {
  list: SelectState;
  /** Absent while the search goes on. */
  found?: { clusters: readonly FoundCluster[]; at: Moment };
}

/** Which cluster. The list arrives while the screen is already there. */
export const whereScreen: Screen<WhereRequest, WhereState, FoundCluster | 'back' | undefined> = {
  open: () => ({ list: selectAt(0) }),
  press({ request, state, frame }, key) {
    if (isSign(key, 'q') && state.list.filter === undefined) return { reply: undefined };
    const clusters = state.found?.clusters ?? [];
    if (clusters.length > 0) {
      const pressed = pressSelect(itemsOf(clusters, frame), state.list, key, frame.rows - chromeRows);
      if (pressed !== 'passed') {
        return 'chosen' in pressed ? { reply: clusters[pressed.chosen] } : { state: { ...state, list: pressed.state } };
      }
    }
    if (key.key === 'escape' || key.key === 'left') return request.canGoBack ? { reply: 'back' } : 'passed';
    return 'passed';
  },
  draw: (drawn) => <Where {...drawn} />,
};

/** The list has arrived; the first cluster that can be used is selected. */
export function withClusters(state: WhereState, clusters: readonly FoundCluster[], at: Moment): WhereState {
  const usable = clusters.findIndex(({ problem }) => problem === undefined);
  return { ...state, list: selectAt(usable), found: { clusters, at } };
}

function Where({ request, state, frame }: Drawn<WhereRequest, WhereState>) {
  const clusters = state.found?.clusters ?? [];
  const items = itemsOf(clusters, frame);
  const remark = paragraph(remarkText(request, state), frame.width, 'dim');
  const rows = share(frame.rows - chromeRows, {
    question: needed(1),
    list: clusters.length === 0 ? needed(1) : { least: 3, want: selectRows(items, state.list) },
    remark: { least: 1, want: remark.length },
    gap: optional(1),
  });
  return (
    <ScreenFrame frame={frame} keys={hints(items, state, request.canGoBack)}>
      <Line frame={frame} cells={[{ text: `Where should ${request.recipe.title} run?`, tone: 'strong' }]} />
      {state.found === undefined && <Line frame={frame} cells={searchingCells(frame)} />}
      {clusters.length > 0 && (
        <Lines lines={selectLines(items, state.list, { rows: rows.list, theme: frame.theme })} frame={frame} />
      )}
      {state.found !== undefined && clusters.length === 0 && (
        <Line frame={frame} cells={[{ text: noCluster, tone: 'waiting' }]} />
      )}
      <Blank rows={rows.gap} />
      <Lines lines={remark.slice(0, rows.remark)} frame={frame} />
    </ScreenFrame>
  );
}

const noCluster = 'There is no cluster here: no profile of Minikube, kind or k3d, and no kubeconfig context.';

function searchingCells(frame: Frame): LineCells {
  return [spinnerCell(frame.beat), { text: ' looking for clusters' }];
}

function remarkText({ since }: WhereRequest, { found }: WhereState): string {
  if (found === undefined)
    return 'Minikube, kind, k3d and the contexts of your kubeconfig are asked; none for more than 5 s.';
  const seconds = ((found.at - since) / 1000).toFixed(1);
  const sick = found.clusters.filter(({ problem }) => problem !== undefined);
  const sickText = sick.map(({ name, problem }) => `; ${name}: ${problem}`).join('');
  return `Found ${counted(found.clusters.length, 'cluster')} in ${seconds} s${sickText}`;
}

function itemsOf(clusters: readonly FoundCluster[], frame: Frame): SelectItem[] {
  const nameWidth =
    columnOf(
      clusters.map(({ name }) => name),
      Math.floor(frame.width / 3),
    ) + 2;
  const asideWidth = columnOf(clusters.map(asideText), Math.floor(frame.width / 3));
  return clusters.map((cluster) => ({
    search: `${cluster.name} ${cluster.provider} ${cluster.detail}`,
    ...(cluster.problem === undefined ? {} : { refusal: `${cluster.name} cannot be used now: ${cluster.problem}` }),
    cells: [
      { text: cluster.name, width: nameWidth, ...(cluster.problem === undefined ? {} : { tone: 'dim' as const }) },
      { text: cluster.detail === '' ? kinds[cluster.provider] : cluster.detail, tone: 'dim', grows: true },
      { text: '  ' },
      { text: asideText(cluster), width: asideWidth, tone: cluster.problem === undefined ? 'dim' : 'waiting' },
    ],
  }));
}

/** Said of a cluster of which nothing else is known. */
const kinds: Record<FoundCluster['provider'], string> = {
  minikube: 'profile of Minikube',
  kind: 'cluster of kind',
  k3d: 'cluster of k3d',
  context: 'context of your kubeconfig',
  rehearsal: 'played by this program',
};

function asideText({ problem, state, server }: FoundCluster): string {
  if (problem !== undefined) return 'not usable now';
  return state === 'running' ? (server ?? '').replace(/^https?:\/\//, '') : 'will be started';
}

function hints(items: readonly SelectItem[], state: WhereState, canGoBack: boolean) {
  const leave = [...(canGoBack ? [{ keys: '←', does: 'back' }] : []), { keys: 'q', does: 'quit' }];
  if (items.length === 0) return leave;
  const list = selectHints(items, state.list);
  return state.list.filter === undefined ? [...list, ...leave] : list;
}
