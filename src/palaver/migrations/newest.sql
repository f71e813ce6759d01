-- What the chain of migrations makes of an empty database. `make docs` writes it.

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE journal (
	n INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (n)
);

CREATE TABLE leases (
	holder TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (holder)
);

CREATE TABLE search_progress (
	n INTEGER NOT NULL
);

CREATE TABLE sessions (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	activity TEXT NOT NULL, 
	archived INTEGER NOT NULL, 
	running INTEGER NOT NULL, 
	project_id TEXT, 
	tags TEXT NOT NULL, 
	title TEXT NOT NULL, 
	tree BLOB NOT NULL, 
	head_line TEXT, 
	head_depth INTEGER, 
	body BLOB NOT NULL, run_id TEXT, root_id text, room integer default '0' not null, 
	CONSTRAINT pk_sessions PRIMARY KEY (id)
);

CREATE TABLE users (
	id TEXT NOT NULL, 
	issuer TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	email TEXT, 
	name TEXT, 
	role TEXT NOT NULL, 
	password_hash TEXT, 
	created_at TEXT NOT NULL, verified_at text, disabled_at text, role_said_at text, removing_at text, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_issuer_subject UNIQUE (issuer, subject)
);

CREATE TABLE api_keys (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	scopes TEXT, 
	created_at TEXT NOT NULL, 
	expires_at TEXT, 
	last_used_at TEXT, networks text, replaces_id text, 
	CONSTRAINT pk_api_keys PRIMARY KEY (id), 
	CONSTRAINT fk_api_keys_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE browser_sessions (
	hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	last_used_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, device_id text default '' not null, agent text default '' not null, address text default '' not null, 
	CONSTRAINT pk_browser_sessions PRIMARY KEY (hash), 
	CONSTRAINT fk_browser_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE messages (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	line TEXT NOT NULL, 
	depth INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	text TEXT NOT NULL, 
	body BLOB NOT NULL, 
	metadata BLOB, 
	model TEXT, 
	provider TEXT, 
	status TEXT NOT NULL, 
	input_tokens INTEGER, 
	output_tokens INTEGER, 
	cost_usd FLOAT, 
	latency_ms FLOAT, cached_tokens INTEGER, 
	CONSTRAINT pk_messages PRIMARY KEY (n), 
	CONSTRAINT fk_messages_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_messages_id UNIQUE (id)
);

CREATE TABLE runs (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	place_in_queue TEXT, 
	owner TEXT, 
	epoch INTEGER NOT NULL, 
	cancel TEXT, 
	prompt BLOB NOT NULL, 
	place BLOB, 
	user_message_id TEXT, 
	message_id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	finish_reason TEXT, 
	error TEXT, 
	created_at TEXT NOT NULL, 
	started_at TEXT, 
	ended_at TEXT, 
	idempotency_key TEXT, 
	fingerprint TEXT, parent_run_id TEXT, parent_call_id TEXT, 
	CONSTRAINT pk_runs PRIMARY KEY (id), 
	CONSTRAINT fk_runs_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
)
 WITHOUT ROWID

;

CREATE TABLE token_families (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	revoked_at TEXT, device_id text default '' not null, agent text default '' not null, address text default '' not null, 
	CONSTRAINT pk_token_families PRIMARY KEY (id), 
	CONSTRAINT fk_token_families_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE one_time_tokens (
	hash TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	key_id TEXT, 
	scopes TEXT, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	used_at TEXT, sign_in text, 
	CONSTRAINT pk_one_time_tokens PRIMARY KEY (hash), 
	CONSTRAINT fk_one_time_tokens_key_id FOREIGN KEY(key_id) REFERENCES api_keys (id) ON DELETE CASCADE, 
	CONSTRAINT fk_one_time_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE refresh_tokens (
	hash TEXT NOT NULL, 
	family_id TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	used_at TEXT, 
	CONSTRAINT pk_refresh_tokens PRIMARY KEY (hash), 
	CONSTRAINT fk_refresh_tokens_family_id FOREIGN KEY(family_id) REFERENCES token_families (id) ON DELETE CASCADE
);

CREATE TABLE run_events (
	run_id TEXT NOT NULL, 
	first_seq INTEGER NOT NULL, 
	last_seq INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_run_events PRIMARY KEY (run_id, first_seq), 
	CONSTRAINT fk_run_events_run_id FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE approvals (
	run_id TEXT NOT NULL, 
	call_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	arguments BLOB NOT NULL, 
	digest TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	questions BLOB NOT NULL, 
	state TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT, 
	resolved_at TEXT, 
	CONSTRAINT pk_approvals PRIMARY KEY (run_id, call_id), 
	CONSTRAINT fk_approvals_run_id FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);

CREATE TABLE grants (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	session_id TEXT, 
	rule TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_grants PRIMARY KEY (id), 
	CONSTRAINT fk_grants_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE definitions (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	shared INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	brief TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	CONSTRAINT pk_definitions PRIMARY KEY (id), 
	CONSTRAINT fk_definitions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT uq_definitions_user_id_kind_name UNIQUE (user_id, kind, name)
);

CREATE TABLE definition_versions (
	definition_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	shared INTEGER NOT NULL, 
	changed_by TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_definition_versions PRIMARY KEY (definition_id, version), 
	CONSTRAINT fk_definition_versions_definition_id FOREIGN KEY(definition_id) REFERENCES definitions (id) ON DELETE CASCADE
);

CREATE TABLE snapshots (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	message_id TEXT, 
	root TEXT NOT NULL, 
	files INTEGER NOT NULL, 
	bytes BIGINT NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_snapshots PRIMARY KEY (id)
);

CREATE TABLE uploads (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_uploads PRIMARY KEY (id), 
	CONSTRAINT fk_uploads_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE upload_uses (
	upload_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	CONSTRAINT pk_upload_uses PRIMARY KEY (upload_id, message_id), 
	CONSTRAINT fk_upload_uses_upload_id FOREIGN KEY(upload_id) REFERENCES uploads (id) ON DELETE CASCADE
);

CREATE TABLE session_files (
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	CONSTRAINT pk_session_files PRIMARY KEY (session_id), 
	CONSTRAINT fk_session_files_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE shares (
	line TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	upto INTEGER NOT NULL, 
	CONSTRAINT pk_shares PRIMARY KEY (line, session_id), 
	CONSTRAINT fk_shares_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE shared_metadata (
	session_id TEXT NOT NULL, 
	line TEXT NOT NULL, 
	depth INTEGER NOT NULL, 
	metadata BLOB, 
	CONSTRAINT pk_shared_metadata PRIMARY KEY (session_id, line, depth), 
	CONSTRAINT fk_shared_metadata_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE checkpoints (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	label TEXT, 
	message_id TEXT, 
	root TEXT, 
	files INTEGER, 
	bytes BIGINT, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (id), 
	CONSTRAINT fk_checkpoints_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE rewinds (
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	undo_id TEXT NOT NULL, 
	root TEXT, 
	moves INTEGER NOT NULL, 
	message_id TEXT, 
	CONSTRAINT pk_rewinds PRIMARY KEY (session_id), 
	CONSTRAINT fk_rewinds_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE effects (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	call_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	server TEXT, 
	reached TEXT NOT NULL, 
	lasting INTEGER NOT NULL, 
	summary TEXT NOT NULL, 
	ok INTEGER, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_effects PRIMARY KEY (id), 
	CONSTRAINT fk_effects_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE manifests (
	message_id TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_manifests PRIMARY KEY (message_id), 
	CONSTRAINT fk_manifests_message_id FOREIGN KEY(message_id) REFERENCES messages (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE asides (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	model TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	input_tokens INTEGER NOT NULL, 
	output_tokens INTEGER NOT NULL, 
	cached_tokens INTEGER NOT NULL, 
	cost_usd FLOAT, 
	CONSTRAINT pk_asides PRIMARY KEY (id), 
	CONSTRAINT fk_asides_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE projects (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_projects PRIMARY KEY (id), 
	CONSTRAINT fk_projects_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE VIRTUAL TABLE message_search using fts5(text, facets, content='message_words', content_rowid='n', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5');

CREATE TABLE memories (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	project_id TEXT, 
	text TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	pinned INTEGER NOT NULL, 
	made_by TEXT NOT NULL, 
	source_session_id TEXT, 
	source_message_id TEXT, 
	source_shown TEXT, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	used_at TEXT, 
	CONSTRAINT pk_memories PRIMARY KEY (n), 
	CONSTRAINT fk_memories_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_memories_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT fk_memories_source_session_id FOREIGN KEY(source_session_id) REFERENCES sessions (id) ON DELETE SET NULL, 
	CONSTRAINT fk_memories_source_message_id FOREIGN KEY(source_message_id) REFERENCES messages (id) ON DELETE SET NULL, 
	CONSTRAINT uq_memories_id UNIQUE (id)
);

CREATE TABLE memory_modes (
	user_id TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	CONSTRAINT pk_memory_modes PRIMARY KEY (user_id), 
	CONSTRAINT fk_memory_modes_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE VIRTUAL TABLE memory_search using fts5(text, facets, tokenize='unicode61 remove_diacritics 2');

CREATE TABLE documents (
	n INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	way TEXT NOT NULL, 
	cut INTEGER NOT NULL, 
	missing TEXT, 
	read_at TEXT NOT NULL, 
	CONSTRAINT pk_documents PRIMARY KEY (n), 
	CONSTRAINT fk_documents_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE document_uses (
	session_id TEXT NOT NULL, 
	document INTEGER NOT NULL, 
	CONSTRAINT pk_document_uses PRIMARY KEY (session_id, document), 
	CONSTRAINT fk_document_uses_document FOREIGN KEY(document) REFERENCES documents (n) ON DELETE CASCADE
);

CREATE TABLE passages (
	n INTEGER NOT NULL, 
	document INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	place TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_passages PRIMARY KEY (n), 
	CONSTRAINT fk_passages_document FOREIGN KEY(document) REFERENCES documents (n) ON DELETE CASCADE
);

CREATE TABLE passage_vectors (
	passage INTEGER NOT NULL, 
	model TEXT NOT NULL, 
	signs BLOB NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_passage_vectors PRIMARY KEY (passage, model), 
	CONSTRAINT fk_passage_vectors_passage FOREIGN KEY(passage) REFERENCES passages (n) ON DELETE CASCADE
);

CREATE VIRTUAL TABLE passage_search using fts5(text, owner, content='passages', content_rowid='n', tokenize='unicode61 remove_diacritics 2');

CREATE TABLE threads (
	user_id TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	CONSTRAINT pk_threads PRIMARY KEY (user_id, mark), 
	CONSTRAINT fk_threads_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE webhooks (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	events TEXT NOT NULL, 
	description TEXT NOT NULL, 
	enabled INTEGER NOT NULL, 
	notice BLOB, 
	secrets BLOB NOT NULL, 
	waiting INTEGER NOT NULL, 
	due_at TEXT, 
	failing_since TEXT, 
	failures INTEGER NOT NULL, 
	holder TEXT, 
	held_until TEXT, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	CONSTRAINT pk_webhooks PRIMARY KEY (id), 
	CONSTRAINT fk_webhooks_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE webhook_deliveries (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	webhook_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	session_id TEXT, 
	event TEXT NOT NULL, 
	replay_of TEXT, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	history BLOB NOT NULL, 
	body BLOB NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_webhook_deliveries PRIMARY KEY (n), 
	CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE, 
	CONSTRAINT fk_webhook_deliveries_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_webhook_deliveries_id UNIQUE (id)
);

CREATE TABLE members (
	user_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	joined_at TEXT NOT NULL, 
	CONSTRAINT pk_members PRIMARY KEY (user_id, session_id), 
	CONSTRAINT fk_members_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_members_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
)
 WITHOUT ROWID

;

CREATE TABLE read_marks (
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	CONSTRAINT pk_read_marks PRIMARY KEY (session_id, user_id), 
	CONSTRAINT fk_read_marks_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_read_marks_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE invitations (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	uses_left INTEGER NOT NULL, 
	CONSTRAINT pk_invitations PRIMARY KEY (id), 
	CONSTRAINT fk_invitations_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_invitations_hash UNIQUE (hash)
);

CREATE TABLE groups (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	organisation_id TEXT, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	source TEXT NOT NULL, 
	external_id TEXT, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id), 
	CONSTRAINT fk_groups_organisation_id FOREIGN KEY(organisation_id) REFERENCES groups (id) ON DELETE CASCADE, 
	CONSTRAINT uq_groups_name_key UNIQUE (name_key), 
	CONSTRAINT uq_groups_source_external_id UNIQUE (source, external_id)
);

CREATE TABLE group_members (
	user_id TEXT NOT NULL, 
	group_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	added_at TEXT NOT NULL, 
	CONSTRAINT pk_group_members PRIMARY KEY (user_id, group_id), 
	CONSTRAINT fk_group_members_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_group_members_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE session_groups (
	group_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	activity TEXT NOT NULL, 
	archived INTEGER NOT NULL, 
	added_at TEXT NOT NULL, 
	CONSTRAINT pk_session_groups PRIMARY KEY (group_id, session_id), 
	CONSTRAINT fk_session_groups_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE, 
	CONSTRAINT fk_session_groups_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
)
 WITHOUT ROWID

;

CREATE TABLE project_shares (
	project_id TEXT NOT NULL, 
	holder_id TEXT NOT NULL, 
	user_id TEXT, 
	group_id TEXT, 
	role TEXT NOT NULL, 
	added_at TEXT NOT NULL, 
	CONSTRAINT pk_project_shares PRIMARY KEY (project_id, holder_id), 
	CONSTRAINT fk_project_shares_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT fk_project_shares_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_project_shares_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE definition_shares (
	definition_id TEXT NOT NULL, 
	holder_id TEXT NOT NULL, 
	user_id TEXT, 
	group_id TEXT, 
	added_at TEXT NOT NULL, 
	CONSTRAINT pk_definition_shares PRIMARY KEY (definition_id, holder_id), 
	CONSTRAINT fk_definition_shares_definition_id FOREIGN KEY(definition_id) REFERENCES definitions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_definition_shares_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_definition_shares_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE share_links (
	id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	title TEXT, 
	authors INTEGER NOT NULL, 
	tools INTEGER NOT NULL, 
	reasoning INTEGER NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	CONSTRAINT pk_share_links PRIMARY KEY (id), 
	CONSTRAINT fk_share_links_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_share_links_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT uq_share_links_hash UNIQUE (hash)
);

CREATE TABLE spendings (
	user_id TEXT NOT NULL, 
	hour TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	answers INTEGER NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cost_usd FLOAT, 
	CONSTRAINT pk_spendings PRIMARY KEY (user_id, hour, session_id, model, key_id), 
	CONSTRAINT fk_spendings_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE budgets (
	id TEXT NOT NULL, 
	user_id TEXT, 
	key_id TEXT, 
	organisation_id TEXT, 
	tokens BIGINT, 
	usd FLOAT, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	CONSTRAINT pk_budgets PRIMARY KEY (id), 
	CONSTRAINT fk_budgets_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_budgets_key_id FOREIGN KEY(key_id) REFERENCES api_keys (id) ON DELETE CASCADE, 
	CONSTRAINT fk_budgets_organisation_id FOREIGN KEY(organisation_id) REFERENCES groups (id) ON DELETE CASCADE, 
	CONSTRAINT uq_budgets_user_id UNIQUE (user_id), 
	CONSTRAINT uq_budgets_key_id UNIQUE (key_id), 
	CONSTRAINT uq_budgets_organisation_id UNIQUE (organisation_id)
);

CREATE TABLE budget_uses (
	budget_id TEXT NOT NULL, 
	month TEXT NOT NULL, 
	user_id TEXT, 
	tokens BIGINT NOT NULL, 
	usd FLOAT NOT NULL, 
	warned_at TEXT, 
	CONSTRAINT pk_budget_uses PRIMARY KEY (budget_id, month), 
	CONSTRAINT fk_budget_uses_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE budget_holds (
	holder TEXT NOT NULL, 
	budget_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	tokens BIGINT NOT NULL, 
	usd FLOAT NOT NULL, 
	until TEXT, 
	CONSTRAINT pk_budget_holds PRIMARY KEY (holder, budget_id), 
	CONSTRAINT fk_budget_holds_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE audit_log (
    n integer not null,
    at text not null,
    kind text not null,
    actor_id text,
    subject text,
    address text,
    request_id text,
    detail text not null,
    hash text not null,
    seal text not null,
    constraint pk_audit_log primary key (n)
);

CREATE TABLE pending_sign_ins (
    state_hash text not null,
    binding_hash text not null,
    provider text not null,
    expires_at text not null,
    constraint pk_pending_sign_ins primary key (state_hash)
);

CREATE TABLE second_factors (
	user_id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	confirmed_at TEXT, 
	last_step INTEGER, 
	CONSTRAINT pk_second_factors PRIMARY KEY (user_id), 
	CONSTRAINT fk_second_factors_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE backup_codes (
	hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	used_at TEXT, 
	CONSTRAINT pk_backup_codes PRIMARY KEY (hash), 
	CONSTRAINT fk_backup_codes_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE pending_factors (
	hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	tries_left INTEGER NOT NULL, 
	CONSTRAINT pk_pending_factors PRIMARY KEY (hash), 
	CONSTRAINT fk_pending_factors_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE house_invitations (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	email TEXT, 
	role TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	used_at TEXT, 
	CONSTRAINT pk_house_invitations PRIMARY KEY (id), 
	CONSTRAINT fk_house_invitations_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT uq_house_invitations_hash UNIQUE (hash)
);

CREATE TABLE wrong_tries (
	"of" TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	last_at TEXT NOT NULL, 
	until TEXT NOT NULL, 
	CONSTRAINT pk_wrong_tries PRIMARY KEY ("of")
);

CREATE TABLE scim_users (
    user_id text not null,
    name_key text not null,
    external_id text,
    resource text not null,
    created_at text not null,
    updated_at text not null,
    removed_at text,
    constraint pk_scim_users primary key (user_id),
    constraint fk_scim_users_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint uq_scim_users_name_key unique (name_key),
    constraint uq_scim_users_external_id unique (external_id)
);

CREATE TABLE session_care (
	session_id TEXT NOT NULL, 
	profile TEXT NOT NULL, 
	changed_at TEXT NOT NULL, 
	CONSTRAINT pk_session_care PRIMARY KEY (session_id), 
	CONSTRAINT fk_session_care_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE escalations (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	assessment_id TEXT NOT NULL, 
	level TEXT NOT NULL, 
	state TEXT NOT NULL, 
	helped TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	session_id TEXT, 
	run_id TEXT, 
	language TEXT, 
	group_name TEXT, 
	reason TEXT, 
	deadline_at TEXT, 
	due_at TEXT, 
	holder TEXT, 
	held_until TEXT, 
	claimed_by TEXT, 
	claimed_at TEXT, 
	acknowledged_at TEXT, 
	closed_at TEXT, 
	outcome TEXT, 
	urgency INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	CONSTRAINT pk_escalations PRIMARY KEY (id), 
	CONSTRAINT fk_escalations_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_escalations_claimed_by FOREIGN KEY(claimed_by) REFERENCES users (id) ON DELETE SET NULL, 
	CONSTRAINT fk_escalations_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE escalation_events (
	n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	escalation_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	at TEXT NOT NULL, 
	actor_id TEXT, 
	assessment_id TEXT, 
	CONSTRAINT fk_escalation_events_escalation_id FOREIGN KEY(escalation_id) REFERENCES escalations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_escalation_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id) ON DELETE SET NULL, 
	CONSTRAINT uq_escalation_events_assessment_id UNIQUE (assessment_id)
);

CREATE TABLE escalation_tellings (
	escalation_id TEXT NOT NULL, 
	route TEXT NOT NULL, 
	at TEXT NOT NULL, 
	round INTEGER NOT NULL, 
	told INTEGER NOT NULL, 
	error TEXT, 
	CONSTRAINT pk_escalation_tellings PRIMARY KEY (escalation_id, round, route), 
	CONSTRAINT fk_escalation_tellings_escalation_id FOREIGN KEY(escalation_id) REFERENCES escalations (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE consents (
    n integer not null,
    user_id text not null,
    purpose text not null,
    granted integer not null,
    version integer not null,
    at text not null,
    constraint pk_consents primary key (n),
    constraint fk_consents_user_id foreign key(user_id) references users (id) on delete cascade
);

CREATE TABLE risk_assessments (
    id text not null,
    user_id text not null,
    session_id text not null,
    run_id text not null,
    message_id text not null,
    level text not null,
    own text not null,
    known integer not null,
    course float not null,
    signals blob not null,
    version text not null,
    profile text not null,
    created_at text not null,
    constraint pk_risk_assessments primary key (id),
    constraint fk_risk_assessments_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint fk_risk_assessments_session_id foreign key(session_id) references sessions (id) on delete cascade,
    constraint uq_risk_assessments_message_id unique (message_id)
);

CREATE TABLE care_policies (
    version integer not null,
    body text not null,
    set_by text not null,
    set_at text not null,
    note text not null,
    reverts_to integer,
    constraint pk_care_policies primary key (version)
);

CREATE TABLE care_counts (
    month text not null,
    kind text not null,
    level text not null,
    number integer not null,
    constraint pk_care_counts primary key (month, kind, level)
) without rowid
;

CREATE TABLE redaction_tokens (
	session_id TEXT NOT NULL, 
	token TEXT NOT NULL, 
	value TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	CONSTRAINT pk_redaction_tokens PRIMARY KEY (session_id, token), 
	CONSTRAINT fk_redaction_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;

CREATE TABLE moderation_items (
    id text not null,
    user_id text not null,
    session_id text,
    run_id text,
    direction text not null,
    action text not null,
    category text not null,
    hits blob not null,
    excerpt text,
    version text not null,
    state text not null,
    decision text,
    note text,
    reviewed_by text,
    reviewed_at text,
    created_at text not null,
    constraint pk_moderation_items primary key (id),
    constraint fk_moderation_items_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint fk_moderation_items_session_id foreign key(session_id) references sessions (id) on delete cascade,
    constraint fk_moderation_items_reviewed_by foreign key(reviewed_by) references users (id) on delete set null
);

CREATE VIEW message_words as select n, text, 'u' || replace(user_id, '_', '') || ' l' || replace(line, '_', '') || ' r' || role || ' y' || substr(created_at, 1, 4) || ' m' || substr(created_at, 1, 4) || substr(created_at, 6, 2) as facets from messages;

CREATE INDEX ix_sessions_listed ON sessions (user_id, archived, activity, id);

CREATE INDEX ix_users_email ON users (email);

CREATE INDEX ix_api_keys_user_id_id ON api_keys (user_id, id);

CREATE INDEX ix_browser_sessions_expires_at ON browser_sessions (expires_at);

CREATE INDEX ix_browser_sessions_user_id ON browser_sessions (user_id);

CREATE UNIQUE INDEX ix_messages_placed ON messages (line, depth);

CREATE INDEX ix_messages_session ON messages (session_id);

CREATE INDEX ix_runs_open ON runs (state) WHERE state != 'over';

CREATE INDEX ix_runs_session ON runs (session_id);

CREATE UNIQUE INDEX uq_runs_idempotency ON runs (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE INDEX ix_token_families_expires_at ON token_families (expires_at);

CREATE INDEX ix_token_families_user_id ON token_families (user_id);

CREATE INDEX ix_one_time_tokens_expires_at ON one_time_tokens (expires_at);

CREATE INDEX ix_one_time_tokens_key_id ON one_time_tokens (key_id);

CREATE INDEX ix_one_time_tokens_user_id ON one_time_tokens (user_id);

CREATE INDEX ix_refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE INDEX ix_refresh_tokens_family_id ON refresh_tokens (family_id);

CREATE INDEX ix_runs_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

CREATE INDEX ix_approvals_pending ON approvals (user_id, created_at, run_id, call_id) WHERE state = 'pending';

CREATE INDEX ix_grants_user ON grants (user_id, session_id);

CREATE INDEX ix_definitions_shared_kind_name ON definitions (shared, kind, name);

CREATE INDEX ix_snapshots_session_id ON snapshots (session_id);

CREATE INDEX ix_snapshots_message_id ON snapshots (message_id);

CREATE INDEX ix_uploads_user_id_id ON uploads (user_id, id);

CREATE INDEX ix_upload_uses_message_id ON upload_uses (message_id);

CREATE INDEX ix_session_files_user_id ON session_files (user_id);

CREATE INDEX ix_shares_session ON shares (session_id);

CREATE INDEX ix_checkpoints_session ON checkpoints (session_id, id);

CREATE INDEX ix_effects_session ON effects (session_id, id);

CREATE INDEX ix_effects_call ON effects (run_id, call_id);

CREATE INDEX ix_effects_message ON effects (message_id);

CREATE INDEX ix_asides_session ON asides (session_id);

CREATE INDEX ix_asides_user ON asides (user_id, created_at);

CREATE INDEX ix_messages_spent ON messages (user_id, created_at) WHERE input_tokens IS NOT NULL;

CREATE INDEX ix_projects_listed ON projects (user_id, updated_at, id);

CREATE INDEX ix_memories_listed ON memories (user_id, updated_at, id);

CREATE INDEX ix_memories_project ON memories (project_id);

CREATE INDEX ix_memories_source_session ON memories (source_session_id);

CREATE INDEX ix_memories_source_message ON memories (source_message_id);

CREATE UNIQUE INDEX ix_documents_user_id_sha256_way ON documents (user_id, sha256, way);

CREATE INDEX ix_document_uses_document ON document_uses (document);

CREATE INDEX ix_passages_document ON passages (document);

CREATE INDEX ix_threads_session ON threads (session_id);

CREATE INDEX ix_webhooks_user ON webhooks (user_id);

CREATE INDEX ix_webhooks_due ON webhooks (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_webhook_deliveries_listed ON webhook_deliveries (webhook_id, n);

CREATE INDEX ix_webhook_deliveries_waiting ON webhook_deliveries (webhook_id, n) WHERE state = 'waiting';

CREATE INDEX ix_webhook_deliveries_session ON webhook_deliveries (session_id);

CREATE INDEX ix_webhook_deliveries_age ON webhook_deliveries (created_at);

CREATE INDEX ix_sessions_root on sessions (root_id) where root_id is not null;

CREATE INDEX ix_sessions_rooms on sessions (user_id) where room != 0;

CREATE INDEX ix_approvals_waiting on approvals (session_id) where state = 'pending';

CREATE INDEX ix_members_session_id ON members (session_id);

CREATE INDEX ix_read_marks_user_id ON read_marks (user_id);

CREATE INDEX ix_invitations_session_id ON invitations (session_id);

CREATE INDEX ix_groups_organisation_id ON groups (organisation_id);

CREATE INDEX ix_group_members_group_id_user_id ON group_members (group_id, user_id);

CREATE INDEX ix_session_groups_session_id ON session_groups (session_id);

CREATE INDEX ix_session_groups_listed ON session_groups (group_id, archived, activity, session_id);

CREATE INDEX ix_project_shares_user_id ON project_shares (user_id);

CREATE INDEX ix_project_shares_group_id ON project_shares (group_id);

CREATE INDEX ix_definition_shares_user_id ON definition_shares (user_id);

CREATE INDEX ix_definition_shares_group_id ON definition_shares (group_id);

CREATE INDEX ix_share_links_session_id ON share_links (session_id);

CREATE INDEX ix_share_links_user_id ON share_links (user_id);

CREATE INDEX ix_budget_uses_user_id ON budget_uses (user_id);

CREATE INDEX ix_budget_holds_budget_id ON budget_holds (budget_id);

CREATE INDEX ix_budget_holds_user_id ON budget_holds (user_id);

CREATE INDEX ix_audit_log_kind_n on audit_log (kind, n);

CREATE INDEX ix_audit_log_actor_id_n on audit_log (actor_id, n);

CREATE INDEX ix_pending_sign_ins_expires_at on pending_sign_ins (expires_at);

CREATE INDEX ix_backup_codes_user_id ON backup_codes (user_id);

CREATE INDEX ix_pending_factors_user_id ON pending_factors (user_id);

CREATE INDEX ix_house_invitations_user_id ON house_invitations (user_id);

CREATE INDEX ix_pending_factors_expires_at ON pending_factors (expires_at);

CREATE INDEX ix_wrong_tries_until ON wrong_tries (until);

CREATE INDEX ix_escalations_user_id ON escalations (user_id);

CREATE INDEX ix_escalations_session_id ON escalations (session_id);

CREATE INDEX ix_escalations_claimed_by ON escalations (claimed_by);

CREATE INDEX ix_escalations_queue ON escalations (state, urgency, created_at);

CREATE INDEX ix_escalations_due ON escalations (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_escalation_events_escalation_id_n ON escalation_events (escalation_id, n);

CREATE INDEX ix_escalation_events_actor_id ON escalation_events (actor_id);

CREATE INDEX ix_consents_newest on consents (user_id, purpose, n);

CREATE INDEX ix_risk_assessments_session on risk_assessments (session_id, created_at);

CREATE INDEX ix_risk_assessments_user on risk_assessments (user_id, created_at);

CREATE INDEX ix_moderation_items_queue on moderation_items (state, id);

CREATE INDEX ix_moderation_items_user on moderation_items (user_id);

CREATE INDEX ix_moderation_items_session on moderation_items (session_id);

CREATE INDEX ix_moderation_items_reviewer on moderation_items (reviewed_by);

CREATE TRIGGER memories_told after insert on memories begin insert into memory_search(rowid, text, facets) values (new.n, new.text, 'u' || replace(new.user_id, '_', '')); end;

CREATE TRIGGER memories_changed after update of text, user_id on memories begin delete from memory_search where rowid = old.n; insert into memory_search(rowid, text, facets) values (new.n, new.text, 'u' || replace(new.user_id, '_', '')); end;

CREATE TRIGGER memories_forgotten after delete on memories begin delete from memory_search where rowid = old.n; end;

CREATE TRIGGER passages_come after insert on passages begin insert into passage_search(rowid, text, owner) values (new.n, new.text, new.owner); end;

CREATE TRIGGER passages_go after delete on passages begin insert into passage_search(passage_search, rowid, text, owner) values ('delete', old.n, old.text, old.owner); end;

CREATE TRIGGER audit_log_is_not_changed before update on audit_log begin select raise(abort, 'The audit log is never changed.'); end;

CREATE TRIGGER audit_log_grows_at_its_end before insert on audit_log when new.n <= (select coalesce(max(n), 0) from audit_log) begin select raise(abort, 'The audit log grows at its end.'); end;

CREATE TRIGGER audit_log_is_kept before delete on audit_log when old.n > (select coalesce(max(cast(subject as integer)), 0) from audit_log where kind = 'audit.pruned') begin select raise(abort, 'The audit log is kept.'); end;

CREATE TRIGGER consents_are_not_changed before update on consents begin select raise(abort, 'What was said is never changed.'); end;

CREATE TRIGGER consents_are_kept before delete on consents when exists (select 1 from users where id = old.user_id) begin select raise(abort, 'What was said is kept.'); end;

CREATE TRIGGER care_policies_are_not_changed before update on care_policies begin select raise(abort, 'A policy that was set is never changed.'); end;

CREATE TRIGGER care_policies_are_kept before delete on care_policies begin select raise(abort, 'A policy that was set is kept.'); end;

CREATE TRIGGER risk_assessments_counted after insert on risk_assessments when new.level <> 'none' begin insert into care_counts(month, kind, level, number) values (substr(new.created_at, 1, 7), case new.known when 0 then 'unread' else 'noticed' end, new.level, 1) on conflict(month, kind, level) do update set number = number + 1; end;

CREATE TRIGGER escalations_counted after insert on escalations begin insert into care_counts(month, kind, level, number) values (substr(new.created_at, 1, 7), 'created', new.level, 1) on conflict(month, kind, level) do update set number = number + 1; end;

CREATE TRIGGER escalations_told_apart after update of state on escalations when old.state <> new.state begin insert into care_counts(month, kind, level, number) values (substr(new.updated_at, 1, 7), new.state, new.level, 1) on conflict(month, kind, level) do update set number = number + 1; end;

insert into alembic_version (version_num) values ('0029');
