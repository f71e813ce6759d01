// The API's description to read through, at `/redoc`; it sends nothing but the request for the description.

import './numbered';

import './page.css';
import 'openapi-explorer/dist/browser/openapi-explorer.min.js';
