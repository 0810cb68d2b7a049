alter table review add primary key (review);
create index review_agency on review (agency, position desc);
create index review_position on review (position desc);
