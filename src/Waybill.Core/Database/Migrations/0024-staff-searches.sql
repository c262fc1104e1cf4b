-- What the provider's people search for: requests by company, what was told about an account, and the acts of the audit that are rare.
CREATE INDEX access_request_company ON access_request (lower(company)) WHERE company IS NOT NULL;
CREATE INDEX delivery_account ON delivery (account_id, id) WHERE account_id IS NOT NULL;

-- What logins do all day is not in it: an upload pays nothing for it, and a page of uploads is found from the end of the log anyway. AuditSearch has the same list.
CREATE INDEX audit_rare ON audit (action, sequence)
    WHERE action NOT IN ('upload', 'download', 'login', 'login-refused', 'connection-ended', 'list', 'rename', 'remove', 'make-directory', 'set-attributes', 'archive', 'published');
