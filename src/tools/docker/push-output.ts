import type { BuildProgress } from './docker.ts';

// docker without a terminal: "5f70bf18a086: Preparing", "…: Pushed", "1: digest: sha256:… size: 942".
const layerLine = /^([0-9a-f]{12}): (.+)$/;
const finished = new Set(['Pushed', 'Layer already exists']);

/** Follows the output of `docker push`: layers that are there, of all layers. */
export function followPush(): { read(line: string): BuildProgress | undefined } {
  const layers = new Map<string, boolean>();
  return {
    read(line) {
      const layer = layerLine.exec(line);
      if (layer === null) return undefined;
      const [, id = '', state = ''] = layer;
      const isDone = finished.has(state) || state.startsWith('Mounted from');
      layers.set(id, isDone);
      if (!isDone) return undefined;
      return { message: 'pushing', done: [...layers.values()].filter(Boolean).length, total: layers.size };
    },
  };
}
