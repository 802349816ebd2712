-- JSON Merge Patch (RFC 7396) of two objects: what the patch sets to null is taken out. Null stands for an empty object.
create function scheduler_merge_patch(target jsonb, patch jsonb) returns jsonb language plpgsql immutable parallel safe as $$
declare
  merged jsonb := case when jsonb_typeof(target) = 'object' then target else '{}' end;
  field text;
  value jsonb;
begin
  if patch is null then
    return merged;
  end if;
  if jsonb_typeof(patch) <> 'object' then
    return patch;
  end if;
  for field, value in select * from jsonb_each(patch) loop
    if value = 'null' then
      merged := merged - field;
    elsif jsonb_typeof(value) = 'object' then
      merged := jsonb_set(merged, array[field], scheduler_merge_patch(merged -> field, value));
    else
      merged := jsonb_set(merged, array[field], value);
    end if;
  end loop;
  return merged;
end
$$;
