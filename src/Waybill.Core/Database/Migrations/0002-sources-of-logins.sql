-- Which sources logged in of late is asked at every start: only logins, and nothing but what is asked, so that years of transfers are not read for it.
CREATE INDEX audit_login ON audit (time, address) WHERE action = 'login';
