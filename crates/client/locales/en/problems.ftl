# Problems: what happened, and what to do about it.

problem-bad_request = The server could not read what this app sent. Update the app.
problem-bad_event = The event is not well formed. The source has to correct it.
problem-unauthorized = You are not signed in. Ask for a new pairing link and sign in again.
problem-stale_timestamp = The request came too late or too early. Check the clock of this computer.
problem-forbidden = You may not do this. Ask your administrator.
problem-not_found = It does not exist any more.
problem-method_not_allowed = The server does not know this request. Update the app.
problem-id_reused = This change was sent before with other content. Do it again.
problem-cursor_gone = The list is fetched afresh.
problem-pairing_code = This pairing link is wrong, used or older than ten minutes. Ask for a new one.
problem-too_large = This is too large for the server. Make it smaller.
problem-media_type = The server expects another format. Update the app.
problem-desks_full = You have paired as many computers as one person may. Sign out on one that you no longer use, then use the same link again.
problem-too_many = Too many requests. Wait a minute and try again.
problem-internal = Something went wrong on the server. Try again later.
problem-unavailable = The server cannot keep this now. It is sent again later.

problem-not_a_link = This is no pairing link. It begins with campanile://pair.
problem-no_answer = The server gave no answer. Check the network and try again.
problem-insecure = This server is not reached over a safe connection. Ask for a link that begins with https.
problem-untrusted = The server’s certificate is not good: expired, another host’s, or of an unknown authority. Check the clock of this computer, then ask your administrator.
problem-locked = Your administrator has locked this.
problem-sound_off = Turn on the sound channel first.
problem-bad_choice = This value cannot be chosen here.
problem-nothing_to_open = This notification leads nowhere.
problem-unsafe_link = This link is not safe and is not opened.
problem-not_opened = No program took the link. Choose a browser in the settings of your system, then open it again.
problem-past = Choose a time that is still to come.
problem-store_rebuilt = The local list was damaged and is fetched afresh.

offline-no_answer = the server gives no answer
offline-dns = the server’s name is not found
offline-tls = the connection is not safe: check the clock of this computer and the server’s certificate
offline-refused = the server refuses the connection
offline-portal = the network asks for a sign-in of its own
offline-server = the server has trouble
offline-proxy = the proxy of this computer gives no way to the server: check its address, and whether it asks for a password
offline-busy = the server asks us to wait
offline-not_campanile = something other than Campanile answers at this address
offline-tls_expired = the server’s certificate is not valid today: check the clock of this computer, else tell your administrator
offline-tls_host = the server’s certificate belongs to another name: tell your administrator
offline-tls_unknown_authority = the server’s certificate comes from an authority that this computer does not trust: tell your administrator
offline-tls_weak = the server offers only encryption that is no longer safe (an old TLS, or a certificate signed with SHA-1): tell your administrator
offline-tls_revoked = the server’s certificate was revoked: tell your administrator
offline-authorities = the file with your own certificate authorities cannot be read
offline-insecure = the server’s address is not safe: it must begin with https
