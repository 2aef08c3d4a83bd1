-- by which key an inbound message was authenticated (LAU); a link that has keys takes no other message
create table authentication (
    message bigint primary key references raw_message,
    key text not null,
    at timestamptz not null
);
grant select, insert on authentication to finality_app;
