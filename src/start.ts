import { fileURLToPath } from 'node:url';
import { main } from './main.ts';

declare const VERSION: string;

await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)), VERSION);
