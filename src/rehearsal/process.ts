import { enableCompileCache } from 'node:module';

// Before anything else is loaded: most of the start is compiling.
enableCompileCache();
const { serve } = await import('./serve.ts');
await serve();
