// What the two renderers of the API's description look like from here; neither brings types.

declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: Record<string, unknown>): unknown;
}

declare module 'openapi-explorer/dist/browser/openapi-explorer.min.js';
