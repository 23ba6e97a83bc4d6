export interface Todo {
  id: number;
  title: string;
  done: boolean;
}

/** The API cannot do its work now: not reachable, or reachable without its database. */
export class ApiUnavailable extends Error {}

const unavailable = new Set([502, 503, 504]);

export const listTodos = () => ask<Todo[]>('GET', '/api/todos');
export const addTodo = (title: string) => ask<Todo>('POST', '/api/todos', { title });
export const tickTodo = (id: number, done: boolean) => ask<Todo>('PATCH', `/api/todos/${id}`, { done });
export const deleteTodo = (id: number) => ask<void>('DELETE', `/api/todos/${id}`);

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiUnavailable('This page gets no answer from its own server.');
  }
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);

  const detail = await detailOf(response);
  throw unavailable.has(response.status) ? new ApiUnavailable(detail) : new Error(detail);
}

/** FastAPI puts a text, or for refused input a list of problems, under `detail`. */
async function detailOf(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => undefined);
  const detail = typeof answer === 'object' && answer !== null && 'detail' in answer ? answer.detail : undefined;
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.map((problem: { msg?: string }) => problem.msg ?? '').join('; ');
  return `The API answered with status ${response.status}.`;
}
