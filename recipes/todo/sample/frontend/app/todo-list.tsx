'use client';

import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { addTodo, ApiUnavailable, deleteTodo, listTodos, tickTodo, type Todo } from './todos';

interface Problem {
  message: string;
  isUnavailable: boolean;
}

const retryMilliseconds = 3000;

export function TodoList() {
  const [todos, setTodos] = useState<Todo[]>();
  const [problem, setProblem] = useState<Problem>();
  const [title, setTitle] = useState('');
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  /** Runs one request; what goes wrong is shown above the list. Says whether it went well. */
  const attempt = useCallback(async (request: () => Promise<void>): Promise<boolean> => {
    try {
      await request();
      setProblem(undefined);
      return true;
    } catch (error) {
      setProblem({
        message: error instanceof Error ? error.message : String(error),
        isUnavailable: error instanceof ApiUnavailable,
      });
      return false;
    }
  }, []);

  const load = useCallback(() => attempt(async () => setTodos(await listTodos())), [attempt]);

  useEffect(() => {
    void load();
  }, [load]);

  // An API that is starting or restarting comes back by itself, so the page does too.
  useEffect(() => {
    if (!problem?.isUnavailable) return;
    const timer = setTimeout(() => void load(), retryMilliseconds);
    return () => clearTimeout(timer);
  }, [problem, load]);

  const change = async (request: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    const isDone = await attempt(async () => {
      await request();
      setTodos(await listTodos());
    });
    setBusy(false);
    return isDone;
  };

  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === '' || isBusy) return;
    if (await change(() => addTodo(title.trim()))) setTitle('');
    field.current?.focus();
  };

  const open = todos?.filter((todo) => !todo.done).length ?? 0;

  return (
    <section aria-label="Tasks" aria-busy={isBusy || todos === undefined}>
      <form onSubmit={add}>
        <label htmlFor="title">New task</label>
        <input
          id="title"
          ref={field}
          data-testid="new-task"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          maxLength={200}
          autoComplete="off"
          placeholder="What is to be done?"
          disabled={todos === undefined}
        />
        <button data-testid="add-task" disabled={todos === undefined || isBusy || title.trim() === ''}>
          Add
        </button>
      </form>

      {problem && (
        <div role="alert" data-testid="api-problem">
          <strong>{problem.isUnavailable ? 'The API is unreachable.' : 'That did not work.'}</strong> {problem.message}{' '}
          {problem.isUnavailable && <>Trying again every {retryMilliseconds / 1000} seconds.</>}
        </div>
      )}

      {todos === undefined ? (
        !problem && <p role="status">Loading …</p>
      ) : todos.length === 0 ? (
        <p data-testid="no-tasks">Nothing to do. Add the first task above.</p>
      ) : (
        <>
          <ul data-testid="tasks">
            {todos.map((todo) => (
              <li key={todo.id} data-testid="task" data-done={todo.done}>
                <label>
                  <input
                    type="checkbox"
                    data-testid="task-done"
                    aria-label={`${todo.title} is done`}
                    checked={todo.done}
                    disabled={isBusy}
                    onChange={(event) => void change(() => tickTodo(todo.id, event.target.checked))}
                  />
                  <span data-testid="task-title">{todo.title}</span>
                </label>
                <button
                  data-testid="task-delete"
                  aria-label={`Delete ${todo.title}`}
                  disabled={isBusy}
                  onClick={() => void change(() => deleteTodo(todo.id))}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
          <p role="status" data-testid="open-tasks">
            {open} of {todos.length} to do
          </p>
        </>
      )}
    </section>
  );
}
