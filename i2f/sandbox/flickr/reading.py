"""The API methods that ask about the account and about one photo, in the shapes of recorded answers (2013-2024)."""

from __future__ import annotations

from typing import Any

from i2f.sandbox.flickr import uploads
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.calls import Answer, Call
from i2f.sandbox.flickr.listings import FARM, SERVER, original_dims
from i2f.sandbox.flickr.pictures import SIZES
from i2f.sandbox.flickr.refusals import Refusal

PAGES = "https://www.flickr.com/photos"


def login(call: Call) -> Answer:
    """flickr.test.login."""
    account = call.flickr.account
    return {"user": {"id": account.nsid, "username": {"_content": account.username}, "path_alias": account.path_alias}}


def echo(call: Call) -> Answer:
    """flickr.test.echo."""
    return {name: {"_content": value} for name, value in call.params.items() if not name.startswith("oauth_")}


def null(call: Call) -> Answer:
    """flickr.test.null."""
    return {}


def check_token(call: Call) -> Answer:
    """flickr.auth.oauth.checkToken; a token that stood in the header only is taken, as for most callers."""
    assert call.token is not None
    account = call.flickr.account
    user = {"nsid": account.nsid, "username": account.username, "fullname": account.fullname}
    return {"oauth": {"token": {"_content": call.token.token}, "perms": {"_content": call.token.perms}, "user": user}}


def person(call: Call) -> Answer:
    """flickr.people.getInfo: `expire` and `pro_badge` are there for Pro accounts only."""
    account = call.flickr.account
    if call.params.get("user_id") not in (account.nsid, "me"):
        raise Refusal(1, "User not found")
    name = account.path_alias or account.nsid
    answer: dict[str, Any] = {"id": account.nsid, "nsid": account.nsid, "ispro": int(account.is_pro)}
    answer.update(is_deleted=0, iconserver="0", iconfarm=0, path_alias=account.path_alias, has_stats=0)
    if account.is_pro:
        answer.update(pro_badge="standard", expire="2005358400")
    photos = call.store.by_upload()
    return {
        "person": {
            **answer,
            "username": {"_content": account.username},
            "realname": {"_content": account.fullname},
            "location": {"_content": ""},
            "description": {"_content": ""},
            "photosurl": {"_content": f"{PAGES}/{name}/"},
            "profileurl": {"_content": f"https://www.flickr.com/people/{name}/"},
            "photos": {
                "firstdatetaken": {"_content": min((photo.taken for photo in photos), default="")},
                "firstdate": {"_content": str(photos[-1].uploaded) if photos else ""},
                "count": {"_content": len(photos)},
            },
        },
    }


def upload_status(call: Call) -> Answer:
    """flickr.people.getUploadStatus."""
    account = call.flickr.account
    most = account.max_photo_bytes
    return {
        "user": {
            "id": account.nsid,
            "ispro": int(account.is_pro),
            "username": {"_content": account.username},
            "bandwidth": {"max": 2147483648, "used": 0, "maxbytes": 214748364800, "usedbytes": 0, "unlimited": 1},
            "filesize": {"max": most, "maxbytes": most, "maxkb": most >> 10, "maxmb": most >> 20},
            "sets": {"created": None, "remaining": "lots"},
            "videosize": {"maxbytes": 1073741824, "maxkb": 1048576, "maxmb": 1024},
            "videos": {"uploaded": 0, "remaining": "lots"},
        },
    }


def photo_info(call: Call) -> Answer:
    """flickr.photos.getInfo."""
    photo = call.own_photo('Photo "%s" not found (invalid ID)')
    info: dict[str, Any] = {"id": photo.photo_id, "secret": photo.secret, "server": SERVER, "farm": FARM}
    info.update(dateuploaded=str(photo.uploaded), isfavorite=0, license="0", safety_level="0", rotation=photo.rotation)
    if call.token is not None:
        info.update(originalsecret=photo.original_secret, originalformat=photo.original_format)
    info.update(views=str(photo.views), media=photo.media, owner=_owner(call))
    info.update(title={"_content": photo.title}, description={"_content": photo.html(call.habits)})
    flags = {"ispublic": int(photo.is_public), "isfriend": int(photo.is_friend), "isfamily": int(photo.is_family)}
    info.update(visibility=flags, dates=_dates(photo))
    if call.token is not None:
        info["permissions"] = {"permcomment": 3, "permaddmeta": 2}
    info["editability"] = {"cancomment": int(call.token is not None), "canaddmeta": int(call.token is not None)}
    info["publiceditability"] = {"cancomment": 1, "canaddmeta": 0}
    info["usage"] = {"candownload": 1, "canblog": 1, "canprint": 1, "canshare": 1}
    info.update(comments={"_content": str(photo.comments)}, notes={"note": []}, people={"haspeople": 0})
    info["tags"] = {"tag": [tag_row(call, photo, number) for number in range(len(photo.tags))]}
    if photo.place is not None:
        info["location"] = _location(photo)
        info["geoperms"] = {"ispublic": 1, "iscontact": 0, "isfriend": 0, "isfamily": 0}
    info["urls"] = {"url": [{"type": "photopage", "_content": page_url(call, photo)}]}
    return {"photo": info}


def photo_sizes(call: Call) -> Answer:
    """flickr.photos.getSizes: the original last, and only for its owner."""
    photo = call.own_photo()
    base = f"{call.pictures_base}/{SERVER}/"
    page = page_url(call, photo)
    rows: list[dict[str, Any]] = []
    for size in SIZES:
        if photo.blob.has(size):
            width, height = photo.blob.dims(size)
            rows.append({"label": size.label, "width": width, "height": height, "source": base + photo.file_name(size)})
            rows[-1].update(url=f"{page}sizes/{size.letter}/", media="photo")
    if call.token is not None:
        width, height = original_dims(photo, call.habits)
        rows.append({"label": "Original", "width": str(width), "height": str(height)})
        rows[-1].update(source=base + photo.original_name, url=f"{page}sizes/o/", media=photo.media)
    own = int(call.token is not None)
    return {"sizes": {"canblog": own, "canprint": own, "candownload": 1, "size": rows}}


def favorites(call: Call) -> Answer:
    """flickr.photos.getFavorites: who they are is left out, how many is told."""
    photo = call.own_photo()
    row: Answer = {"id": photo.photo_id, "secret": photo.secret, "server": SERVER, "farm": FARM, "page": 1}
    row.update(pages=1, perpage=10, total=str(photo.favorites), person=[])
    return {"photo": row}


def location(call: Call) -> Answer:
    """flickr.photos.geo.getLocation."""
    photo = call.own_photo()
    if photo.place is None:
        raise Refusal(2, "Photo has no location information.")
    return {"photo": {"id": photo.photo_id, "location": _location(photo)}}


def check_tickets(call: Call) -> Answer:
    """flickr.photos.upload.checkTickets: no login needed; each look brings a ticket forward."""
    named = call.need("tickets", 1, "No tickets specified").split(",")
    return {"uploader": {"ticket": [uploads.look(call, name.strip()) for name in named]}}


def page_url(call: Call, photo: StoredPhoto) -> str:
    """Return the address of the photo's page, under Flickr's true name."""
    account = call.flickr.account
    return f"{PAGES}/{account.path_alias or account.nsid}/{photo.photo_id}/"


def tag_row(call: Call, photo: StoredPhoto, number: int) -> Answer:
    """Return one of a photo's tags as getInfo shows it."""
    account, tag = call.flickr.account, photo.tags[number]
    row: Answer = {"id": f"{account.nsid.split('@')[0]}-{photo.photo_id}-{number + 1}", "author": account.nsid}
    row.update(authorname=account.username, raw=tag.raw, _content=tag.clean, machine_tag=int(tag.machine))
    return row


def _owner(call: Call) -> Answer:
    account = call.flickr.account
    row: Answer = {"nsid": account.nsid, "username": account.username, "realname": account.fullname, "location": ""}
    row.update(iconserver="0", iconfarm=0, path_alias=account.path_alias)
    return row


def _dates(photo: StoredPhoto) -> Answer:
    row: Answer = {"posted": str(photo.uploaded), "taken": photo.taken}
    row.update(takengranularity=str(photo.taken_granularity), takenunknown="1" if photo.taken_unknown else 0)
    row["lastupdate"] = str(photo.updated)
    return row


def _location(photo: StoredPhoto) -> Answer:
    assert photo.place is not None
    latitude, longitude = photo.place
    as_text = photo.photo_id.endswith(("1", "3", "5"))
    row: Answer = {"latitude": f"{latitude:.6f}" if as_text else latitude}
    row.update(longitude=f"{longitude:.6f}" if as_text else longitude, accuracy=str(photo.accuracy), context="0")
    return row
