// The API's description with a form for every endpoint, at `/docs`; it asks this server only.

import 'swagger-ui-dist/swagger-ui.css';
import './page.css';

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUI({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  // A hundred and fifty forms at once take seconds to draw: each chapter is opened when it is wanted.
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  filter: true,
  // By default a validator of the maker's is asked over the network.
  validatorUrl: null,
});
