import { TodoList } from './todo-list';

export default function Page() {
  return (
    <main>
      <h1>Todo list</h1>
      <TodoList />
      <footer>
        Next.js asks FastAPI through <code>/api</code>; FastAPI keeps the tasks in PostgreSQL.
      </footer>
    </main>
  );
}
